# The app alone; compose.yaml adds Postgres.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /amal .

# With the client programs of Postgres 17: pg_dump for backups must not be older
# than the server.
FROM postgres:17-bookworm
RUN useradd --system amal && install -d -o amal /backups && apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
USER amal
COPY --from=build /amal /amal
ENV AMAL_LISTEN=0.0.0.0:8080 AMAL_BACKUP_DIR=/backups
VOLUME /backups
EXPOSE 8080
ENTRYPOINT ["/amal"]
CMD ["serve"]
