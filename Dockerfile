# syntax=docker/dockerfile:1
# The image of every program of Tenfold: web, workers, dispatcher, beat, Flower and the commands.
#
#   docker compose build
#   docker compose build --build-arg TESSERACT_LANGUAGES="eng deu fra"     also reads scans in these languages
#
# What runs has no right to write anywhere but /data, /backups, /var/lib/flower and /run/tenfold, and no
# compiler, no package manager's cache and no tests come along.

ARG PYTHON_VERSION=3.13

FROM python:${PYTHON_VERSION}-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
# Of the optional requirements-*.txt, such as "s3".
ARG EXTRAS=""
COPY requirements*.txt /tmp/
# A package whose file is not the locked one, or that would have to be compiled, stops the build.
RUN for extra in "" ${EXTRAS}; do \
        /opt/venv/bin/pip install --require-hashes --only-binary :all: -r "/tmp/requirements${extra:+-$extra}.txt" \
            || exit 1; \
    done

FROM python:${PYTHON_VERSION}-slim-bookworm
# As new as the server: an older pg_dump refuses to back it up.
ARG POSTGRES_VERSION=18
# Tesseract's names, such as "eng deu". Empty: reports that are pictures end as not readable.
ARG TESSERACT_LANGUAGES=""
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends "postgresql-client-${POSTGRES_VERSION}" \
    && for language in ${TESSERACT_LANGUAGES}; do \
           apt-get install --yes --no-install-recommends tesseract-ocr "tesseract-ocr-${language}" || exit 1; \
       done \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 tenfold \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tenfold \
    && install -d -o tenfold -g tenfold -m 0750 /data /backups /var/lib/flower \
    && install -d -o tenfold -g tenfold -m 0700 /run/tenfold

COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    TENFOLD_STATIC_DIR=/app/staticfiles
WORKDIR /app
COPY . .
# The key signs nothing: collecting files only loads the settings.
RUN python -m compileall -q . \
    && SECRET_KEY=while-the-image-is-built-and-never-again python -m config.prepare static

USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "config.wsgi:application"]
