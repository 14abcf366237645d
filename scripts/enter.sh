# Sourced by the scripts beside it: goes to the repository's root, sets up what is missing (its arguments are those of
# setup.sh) and puts Node 24, which the packages bring along, first on the path.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
bash scripts/setup.sh "$@" || exit 1
export PATH="$PWD/node_modules/.bin:$PATH"
# The first releases of Node 24 call type stripping an experiment at every start.
export NODE_OPTIONS="${NODE_OPTIONS:+$NODE_OPTIONS }--disable-warning=ExperimentalWarning"
