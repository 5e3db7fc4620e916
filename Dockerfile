# One image, four commands: `wian api`, `wian worker`, `wian relay`, `wian db upgrade`.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/runtime.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
# The code is installed in place: the migrations are read from beside pyproject.toml.
RUN /venv/bin/pip install --no-cache-dir "setuptools>=77"
COPY . .
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home wian
COPY --from=build /venv /venv
COPY --from=build --chown=root:root /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHAINLP_OFFLINE=1 PYTHAINLP_READ_ONLY=1 WIAN_DATA_DIR=/var/lib/wian
RUN install -d -o wian -g wian /var/lib/wian
USER wian
ENTRYPOINT ["wian"]
CMD ["api"]
