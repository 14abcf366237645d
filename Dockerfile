# Every process of Trawl in one image; which one it is, the command says: `docker run trawl worker`.
# There is nothing to build: Node 24 runs the TypeScript sources. docs/operating.md says how to run it.
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE}

LABEL org.opencontainers.image.title="Trawl" \
      org.opencontainers.image.description="A distributed URL-fetch fleet: polite by construction, one recorded outcome for every URL handed in" \
      org.opencontainers.image.licenses="MIT"

# Process 1 hands signals on and buries orphans, whatever starts the container. The user may write to /data only.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 1000 -g 1000 /data

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/shared/package.json packages/shared/
COPY apps/board/package.json apps/board/
COPY apps/cli/package.json apps/cli/
COPY apps/collector/package.json apps/collector/
COPY apps/producer/package.json apps/producer/
COPY apps/worker/package.json apps/worker/
# The optional packages are the Nodes of the repository (the image has one) and native parts that make no difference.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund --cache /tmp/npm \
 && rm -rf /tmp/* /root/.npm \
 && ln -s /app/apps/cli/bin/trawl.js /usr/local/bin/trawl

COPY LICENSE ./
COPY scripts/container-board.sh scripts/container-health.mjs scripts/
COPY packages packages
COPY apps apps
# A clone made under a strict umask must be readable by the user as well.
RUN chmod -R a+rX,go-w apps packages scripts LICENSE package.json

ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/tmp/trawl-compiled \
    TRAWL_DATA_DIR=/data \
    TRAWL_HEALTH=0.0.0.0:9464
WORKDIR /data
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/scripts/container-health.mjs"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "trawl"]
CMD ["help"]
