"""The views of proposals and agreements."""
