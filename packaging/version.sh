# The version of the packages and the time of their files. Sourced by the scripts beside it.
#   v1.2.3 is checked out          1.2.3
#   4 commits after v1.2.3         1.2.3-dev.4.gabcdef0
#   GANTRY_VERSION is set          that
#   no tag yet                     the version of Directory.Build.props, -dev.COMMITS.gHASH

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

if [ -n "${GANTRY_VERSION:-}" ]; then
    version=$GANTRY_VERSION
elif described=$(git describe --tags --match 'v[0-9]*' --long 2>/dev/null); then
    tag=${described%-*-g*}
    rest=${described#"$tag"-}
    version=${tag#v}
    [ "${rest%-*}" = 0 ] || version="$version-dev.${rest%-*}.${rest#*-}"
else
    version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)-dev.$(git rev-list --count HEAD).g$(git rev-parse --short=7 HEAD)
fi
