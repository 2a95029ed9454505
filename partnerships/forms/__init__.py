"""The forms of proposals and agreements."""
