"""The front desk for machines: the JSON interface under /api/v1/, on the same reads and acts as the pages."""
