"""The services of proposals and agreements."""
