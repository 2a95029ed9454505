-- The database and its two roles, so that the web cannot switch the log's seal off (docs/decisions/0004).
-- Run once as a superuser, psql 14 or newer, with the passwords in the environment:
--     SINERGI_OWNER_PASSWORD=… SINERGI_WEB_PASSWORD=… psql -d postgres -f deploy/postgres/roles.sql
-- What sinergi_web may do with each table is given by `manage.py upgrade` (DATABASE_WEB_ROLE=sinergi_web).
\set ON_ERROR_STOP on
\getenv owner_password SINERGI_OWNER_PASSWORD
\getenv web_password SINERGI_WEB_PASSWORD

CREATE ROLE sinergi_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE sinergi_web LOGIN PASSWORD :'web_password';
-- A process that was cut off in the middle must not hold its locks for ever. Whoever holds one on purpose says so.
ALTER ROLE sinergi_web SET idle_in_transaction_session_timeout = '15min';

CREATE DATABASE sinergi OWNER sinergi_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE sinergi FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE sinergi TO sinergi_web;

\connect sinergi
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO sinergi_owner;
GRANT USAGE ON SCHEMA public TO sinergi_web;
ALTER DEFAULT PRIVILEGES FOR ROLE sinergi_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sinergi_web;
ALTER DEFAULT PRIVILEGES FOR ROLE sinergi_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO sinergi_web;
