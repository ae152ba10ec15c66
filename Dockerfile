# syntax=docker/dockerfile:1
# The container images, a target each: ingestor, feature-service, trainer, predictor, monitor, tools. `make images` builds them;
# docs/guide/images.md says what is in them.

# Node and Debian. `make images-pin` writes the digest behind the tag into this line.
ARG BASE=node:20.20.2-bookworm-slim

# What is the same in all images.
FROM ${BASE} AS base
# Reaps children, and hands signals on to Node. Debian's latest, for its security fixes.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# Where the code comes from: `make images` says it.
ARG COMMIT
ARG SOURCE
ARG VERSION
LABEL org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${COMMIT}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# Nothing but /tmp and volumes is written.
ENV NODE_ENV=production \
    HOME=/tmp \
    CLOSING_BELL_HOME=/tmp/closing-bell \
    CLOSING_BELL_CACHE=/opt/closing-bell \
    CLOSING_BELL_COMMIT=${COMMIT}
USER 10001:10001
ENTRYPOINT ["/usr/bin/tini", "--"]

FROM base AS service
ENV CLOSING_BELL_HTTP_HOST=0.0.0.0 \
    CLOSING_BELL_HTTP_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.CLOSING_BELL_HTTP_PORT + '/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# The whole project, built. Packages are installed again only when the lock file changes.
FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY . .
RUN make --assume-old=node_modules/.installed build

# The tool that provides TensorFlow, by itself: as long as its files stay the same, the next stage is not run again.
FROM build AS tensorflow-tool
RUN node dist/tools/images/main.js assemble tensorflow-tool --to /content

# TensorFlow's library, and tfjs-node's addon built for it: about 270 MB to download. For other processors than x86-64 it may not be to be had:
# there, trainings run on WebAssembly.
FROM ${BASE} AS tensorflow
RUN apt-get update \
    && apt-get install --yes --no-install-recommends binutils g++ make python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*
COPY --from=tensorflow-tool /content/tensorflow-tool/app /source
WORKDIR /source
RUN mkdir --parents /opt/closing-bell \
    && if [ "$(uname -m)" = x86_64 ]; then require=--require; fi \
    && node dist/tools/tensorflow/main.js ${require:-} --to /opt/closing-bell

# What each image holds beside Node, in a folder with its name.
FROM build AS content
RUN node dist/tools/images/main.js assemble ingestor feature-service predictor monitor tools --to /content

FROM build AS trainer-content
COPY --from=tensorflow /opt/closing-bell /opt/closing-bell
RUN if [ "$(uname -m)" = x86_64 ]; then require=--require; fi \
    && node dist/tools/images/main.js assemble trainer --cache /opt/closing-bell ${require:-} --to /content \
    && mkdir --parents /content/trainer/opt

# Of each image, first what changes least.
FROM service AS ingestor
COPY --from=content /content/ingestor/app/node_modules /app/node_modules
COPY --from=content /content/ingestor/app/dist /app/dist
COPY --from=content /content/ingestor/app/package.json /content/ingestor/app/LICENSE /content/ingestor/app/sbom.cdx.json /app/
CMD ["node", "dist/apps/ingestor/src/main.js"]

FROM service AS feature-service
COPY --from=content /content/feature-service/app/node_modules /app/node_modules
COPY --from=content /content/feature-service/app/dist /app/dist
COPY --from=content /content/feature-service/app/package.json /content/feature-service/app/LICENSE /content/feature-service/app/sbom.cdx.json /app/
CMD ["node", "dist/apps/feature-service/src/main.js"]

FROM service AS trainer
COPY --from=trainer-content /content/trainer/opt /opt
COPY --from=trainer-content /content/trainer/app/node_modules /app/node_modules
COPY --from=trainer-content /content/trainer/app/dist /app/dist
COPY --from=trainer-content /content/trainer/app/package.json /content/trainer/app/LICENSE /content/trainer/app/sbom.cdx.json /app/
CMD ["node", "dist/apps/trainer/src/main.js"]

FROM service AS predictor
COPY --from=content /content/predictor/app/node_modules /app/node_modules
COPY --from=content /content/predictor/app/dist /app/dist
COPY --from=content /content/predictor/app/package.json /content/predictor/app/LICENSE /content/predictor/app/sbom.cdx.json /app/
CMD ["node", "dist/apps/predictor/src/main.js"]

FROM service AS monitor
COPY --from=content /content/monitor/app/node_modules /app/node_modules
COPY --from=content /content/monitor/app/dist /app/dist
COPY --from=content /content/monitor/app/package.json /content/monitor/app/LICENSE /content/monitor/app/sbom.cdx.json /app/
CMD ["node", "dist/apps/monitor/src/main.js"]

# The command line, and the embedded Pub/Sub server: node dist/libs/local-pubsub/src/main.js.
FROM base AS tools
COPY --from=content /content/tools/app/node_modules /app/node_modules
COPY --from=content /content/tools/app/dist /app/dist
COPY --from=content /content/tools/app/package.json /content/tools/app/LICENSE /content/tools/app/sbom.cdx.json /app/
CMD ["node", "dist/apps/cli/src/main.js", "--help"]
