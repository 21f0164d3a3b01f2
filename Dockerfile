# evconform in a container: `docker run IMAGE run --target …`, or `docker run -p 8000:8000 IMAGE serve --host 0.0.0.0 --port 8000`.
FROM python:3.13-slim AS build
COPY . /source
ENV UV_COMPILE_BYTECODE=1
RUN /source/deploy/ci/install.sh /source /opt/evconform

FROM python:3.13-slim
COPY --from=build /opt/evconform /opt/evconform
COPY deploy/healthcheck.py /opt/evconform/healthcheck.py
COPY deploy/ci /opt/evconform/ci
RUN useradd --create-home --uid 10001 evconform
USER evconform
WORKDIR /home/evconform
ENV PATH=/opt/evconform/bin:$PATH PYTHONUNBUFFERED=1
ENTRYPOINT ["evconform"]
CMD ["run"]
