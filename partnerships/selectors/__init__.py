"""The selectors of proposals and agreements."""
