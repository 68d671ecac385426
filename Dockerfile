# syntax=docker/dockerfile:1
# The stages' commands are also run, without a container engine, by .ci/container-stages: keep a RUN on plain shell and on paths
# below its WORKDIR.

FROM rust:1.95-bookworm AS build
ARG PROFILE=release
WORKDIR /build
COPY . .
RUN cargo install --locked --no-track --profile "$PROFILE" --path . --root out
RUN mkdir -p data

# No shell and no package manager: a C library, certificates and the binary.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/out/bin/cdr-insights /usr/local/bin/cdr-insights
COPY --from=build /build/LICENSE-APACHE /build/LICENSE-MIT /build/LICENSE-THIRD-PARTY.md /usr/share/doc/cdr-insights/
COPY --from=build --chown=65532:65532 /build/data /data

# The only place that is written to: the SQLite file, unless DATABASE_URL names a Postgres. Everything else may be read-only.
WORKDIR /data
VOLUME /data
USER 65532:65532

# The API for the network, health and metrics for the platform. Publish 8080 only.
ENV CDR_INSIGHTS_LISTEN=0.0.0.0:8080 \
    CDR_INSIGHTS_OPS_LISTEN=0.0.0.0:9090
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["/usr/local/bin/cdr-insights", "check", "--probe", "http://127.0.0.1:9090/livez"]
ENTRYPOINT ["/usr/local/bin/cdr-insights"]
CMD ["serve"]
