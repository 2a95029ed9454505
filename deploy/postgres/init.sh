#!/bin/sh
# Run once by the image of PostgreSQL, when its data folder is empty.
set -eu
SINERGI_OWNER_PASSWORD=$(cat /run/secrets/database_owner)
SINERGI_WEB_PASSWORD=$(cat /run/secrets/database_web)
export SINERGI_OWNER_PASSWORD SINERGI_WEB_PASSWORD
psql --no-psqlrc --username postgres --dbname postgres --file /opt/sinergi/roles.sql
