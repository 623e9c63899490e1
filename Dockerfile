# One file, one image per role, smallest first:
#
#   query       the base package: search from your own Python service
#   queue       + Celery: `diptych feed`
#   worker-cpu  + torch without CUDA: `diptych worker`, `diptych encoder`
#   worker-gpu  + torch with CUDA
#
# Build one with `docker build --target queue -t diptych-queue .`

FROM python:3.12.12-slim-bookworm AS base
ENV PATH=/opt/diptych/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DIPTYCH_HOME_DIR=/state \
    HF_HOME=/models
RUN groupadd --gid 10001 diptych \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /state --shell /usr/sbin/nologin diptych \
    && install --directory --owner=diptych --group=diptych /state /models

# Dependencies come before the source, so that a change of the code re-installs only the code.
FROM base AS build
ENV UV_LINK_MODE=copy UV_NO_CACHE=1 VIRTUAL_ENV=/opt/diptych
WORKDIR /src
RUN pip install --no-cache-dir uv==0.13.9 && uv venv /opt/diptych
COPY pyproject.toml constraints.txt ./
RUN uv pip install --constraint constraints.txt --requirement pyproject.toml

FROM build AS build-queue
RUN uv pip install --constraint constraints.txt --requirement pyproject.toml --extra queue

# uv knows where torch's builds without CUDA are published: they save some 5 GB.
FROM build AS build-worker-cpu
RUN uv pip install --torch-backend cpu --constraint constraints.txt \
    --requirement pyproject.toml --extra worker --extra serve

FROM build AS build-worker-gpu
RUN uv pip install --constraint constraints.txt \
    --requirement pyproject.toml --extra worker --extra serve

FROM build AS wheel
COPY . .
RUN uv build --wheel --out-dir /wheel

FROM build AS install-query
COPY --from=wheel /wheel /wheel
RUN uv pip install --no-deps /wheel/*.whl

FROM build-queue AS install-queue
COPY --from=wheel /wheel /wheel
RUN uv pip install --no-deps /wheel/*.whl

FROM build-worker-cpu AS install-worker-cpu
COPY --from=wheel /wheel /wheel
RUN uv pip install --no-deps /wheel/*.whl

FROM build-worker-gpu AS install-worker-gpu
COPY --from=wheel /wheel /wheel
RUN uv pip install --no-deps /wheel/*.whl

# What runs: no compiler, no installer, no source, a user without rights.
FROM base AS role
WORKDIR /state
USER 10001:10001
ENTRYPOINT ["diptych"]
CMD ["--help"]

FROM role AS query
COPY --from=install-query /opt/diptych /opt/diptych

FROM role AS queue
COPY --from=install-queue /opt/diptych /opt/diptych

FROM role AS worker-cpu
COPY --from=install-worker-cpu /opt/diptych /opt/diptych

FROM role AS worker-gpu
COPY --from=install-worker-gpu /opt/diptych /opt/diptych
