"""What every page shows: navigation, counts, capacity."""


def shell(request):
    return {}
