# One image, five commands: `api`, `worker`, `relay`, `sealer`, `db upgrade`.
FROM python:3.13-slim AS build
RUN python -m venv /venv
COPY requirements/runtime.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt

FROM python:3.13-slim
# Reads scanned letters; without it only files with a text layer are read.
RUN apt-get update && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-tha \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home wian \
    && install -d -o wian -g wian /var/lib/wian /var/lib/wian-log /var/lib/wian-witness
COPY --from=build /venv /venv
# The code runs from where it lies: the migrations are read from beside pyproject.toml.
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHAINLP_OFFLINE=1 PYTHAINLP_READ_ONLY=1 \
    WIAN_DATA_DIR=/var/lib/wian
USER wian
ENTRYPOINT ["python", "-m", "cli.main"]
CMD ["api"]
