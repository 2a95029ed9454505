"""The activities of the portal in the IATI standard, version 2.03."""
