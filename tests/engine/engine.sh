#!/usr/bin/env bash
# A real OpenSearch or Elasticsearch server on loopback, for the tests and for trying glint.
#
#   engine.sh install VERSION            fetch and lay out only; prints the folder
#   engine.sh start VERSION [options]    prints the URL
#   engine.sh stop | url | status | log | ca                  [--name N]
#   engine.sh kill-node I | start-node I                      [--name N]
#   engine.sh front --name N --port P --user U --password W   TLS and credentials before the engine at P, on P + 1000;
#                                                             on P + 1001 a certificate that ran out; `stop` ends it
#
# VERSION: 2.19 (OpenSearch 2.19.6 + k-NN), 3.6 (OpenSearch 3.6.0 + k-NN), es7 (Elasticsearch 7.10.2), es8 (8.19.0).
# Options: --name N (default: glint)  --port P (9200)  --nodes K (1)  --heap 512m  --set key=value ...
#          --tls --user U --password P [--api-key K]
#
# The projects publish a server for plugin authors ("integ-test-zip") in Maven Central: the core without its modules. The
# modules are published there too, as jars; a module is a folder with those jars and a descriptor. As root the server runs
# under another uid, since it refuses 0. Exit status: 0, 1 it failed, 2 usage, 77 it cannot be had on this machine.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${GLINT_ENGINE_CACHE:-$here/../../build/engine}; mkdir -p "$cache"; cache=$(cd "$cache" && pwd)

fail() { echo "engine: $*" >&2; exit 1; }
missing() { echo "engine: $*" >&2; exit 77; }
say() { echo "engine: $*" >&2; }

verb=${1:-}; [ $# -gt 0 ] && shift
arg=''; case ${1:-} in ''|--*) ;; *) arg=$1; shift ;; esac
name=glint port=9200 nodes=1 heap=512m tls='' user='' password='' api_key='' settings=()
while [ $# -gt 0 ]; do
    case $1 in
    --tls) tls=1; shift; continue ;;
    --name) name=$2 ;; --port) port=$2 ;; --nodes) nodes=$2 ;; --heap) heap=$2 ;; --set) settings+=("$2") ;;
    --user) user=$2 ;; --password) password=$2 ;; --api-key) api_key=$2 ;;
    *) echo "engine: unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
done
home=$cache/run/$name

# ---- versions: product, number, oldest and newest Java ----
describe() {
    case $1 in
    2.19) id=os2.19 product=opensearch number=2.19.6 java_from=11 java_to=99 ;;
    3.6) id=os3.6 product=opensearch number=3.6.0 java_from=21 java_to=99 ;;
    es7) id=es7 product=elasticsearch number=7.10.2 java_from=11 java_to=17 ;;
    es8) id=es8 product=elasticsearch number=8.19.0 java_from=17 java_to=99 ;;
    *) echo "engine: versions are 2.19 3.6 es7 es8" >&2; exit 2 ;;
    esac
    dist=$cache/$product-$number
}

java_version() { "$1" -version 2>&1 | sed -n '1s/[^"]*"\([0-9]*\).*/\1/p'; }

find_java() {
    local j v
    for j in "${JAVA_HOME:-/none}/bin/java" $(type -ap java) /usr/lib/jvm/*/bin/java /opt/*/bin/java; do
        [ -x "$j" ] || continue
        v=$(java_version "$j")
        if [ -n "$v" ] && [ "$v" -ge "$java_from" ] && [ "$v" -le "$java_to" ]; then java=$j java_is=$v; return; fi
    done
    missing "$product $number needs Java $java_from to $java_to, and none is here"
}

# ---- laying out a server ----
# add_module NAME CLASS EXTENDS "jar globs" ["permissions"]
add_module() {
    local dir=$stage/modules/$1 glob jar
    mkdir -p "$dir"
    for glob in $4; do
        jar=$(compgen -G "$jars/$glob" | head -n 1) || fail "module $1: nothing matches $glob"
        cp "$jar" "$dir/"
    done
    cat >"$dir/plugin-descriptor.properties" <<D
name=$1
description=$1
version=$number
$product.version=$number
java.version=$([ "$product" = opensearch ] && echo 11 || echo 1.8)
classname=$2
extended.plugins=$3
has.native.controller=false
D
    [ "$product" = opensearch ] && echo 'custom.foldername=' >>"$dir/plugin-descriptor.properties"
    [ -z "${5:-}" ] || printf 'grant {\n%s\n};\n' "$5" >"$dir/plugin-security.policy"
}

add_modules() {
    local c='' org=org.elasticsearch lib='' loader classes k
    [ "$product" = opensearch ] && c=-client org=org.opensearch lib=opensearch-
    loader='permission java.lang.RuntimePermission "createClassLoader";'
    add_module lang-painless $org.painless.PainlessPlugin '' "lang-painless-$number.jar *scripting-painless-spi-*.jar
        antlr4-runtime-*.jar asm-[0-9]*.jar asm-analysis-*.jar asm-commons-*.jar asm-tree-*.jar asm-util-*.jar" \
        "$loader permission java.lang.RuntimePermission \"getClassLoader\";"
    classes=$loader
    for k in java.lang.String java.lang.Math org.apache.lucene.expressions.Expression \
        org.apache.lucene.expressions.js.ExpressionMath org.apache.lucene.search.DoubleValues \
        org.apache.lucene.util.MathUtil org.apache.lucene.util.SloppyMath; do
        classes+=" permission $org.script.ClassPermission \"$k\";"
    done
    add_module lang-expression $org.script.expression.ExpressionPlugin '' "lang-expression-$number.jar
        lucene-expressions-*.jar antlr4-runtime-*.jar asm-[0-9]*.jar asm-commons-*.jar asm-tree-*.jar" "$classes"
    add_module lang-mustache $org.script.mustache.MustachePlugin '' "lang-mustache$c-$number.jar compiler-*.jar" \
        'permission java.lang.RuntimePermission "accessDeclaredMembers"; permission java.lang.reflect.ReflectPermission "suppressAccessChecks";'
    add_module ingest-common $org.ingest.common.IngestCommonPlugin lang-painless "ingest-common-$number.jar
        ${lib}grok-[0-9]*.jar ${lib}dissect-[0-9]*.jar joni-*.jar jcodings-*.jar"
    add_module mapper-extras $org.index.mapper.MapperExtrasPlugin '' "mapper-extras$c-$number.jar"
    add_module parent-join $org.join.ParentJoinPlugin '' "parent-join$c-$number.jar"
    add_module rank-eval $org.index.rankeval.RankEvalPlugin '' "rank-eval$c-$number.jar"
    add_module aggs-matrix-stats $org.search.aggregations.matrix.MatrixAggregationPlugin '' "aggs-matrix-stats$c-$number.jar"
    add_module analysis-common $org.analysis.common.CommonAnalysisPlugin lang-painless "analysis-common-$number.jar"
    add_module reindex $org.index.reindex.ReindexPlugin '' "reindex$c-$number.jar $product-rest-client-*.jar
        httpclient-*.jar httpcore-[0-9]*.jar httpcore-nio-*.jar httpasyncclient-*.jar commons-codec-*.jar
        commons-logging-*.jar ${lib}ssl-config-[0-9]*.jar" \
        'permission java.net.SocketPermission "*", "connect"; permission java.net.NetPermission "getProxySelector";'
}

install_dist() {
    [ -f "$dist/.complete" ] && return
    command -v mvn >/dev/null || missing "mvn is not here (Debian: apt-get install maven)"
    command -v unzip >/dev/null || missing "unzip is not here (Debian: apt-get install unzip)"
    jars=$cache/jars-$id stage=$cache/stage-$id
    rm -rf "$stage" "$jars"; mkdir -p "$jars" "$stage"
    say "fetching $product $number"
    timeout 900 mvn -q -B -Dstyle.color=never -f "$here/pom.xml" -P "$id" -DoutputDirectory="$jars" \
        org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies >"$cache/mvn-$id.log" 2>&1 ||
        { tail -n 4 "$cache/mvn-$id.log" | sed 's/\x1b\[[0-9;]*m//g' >&2; missing "$product $number could not be fetched"; }
    unzip -q "$jars/$product-$number.zip" -d "$stage"
    stage=$stage/$product-$number
    case $id in os2.19 | es7) add_modules ;; esac
    local knn
    if knn=$(compgen -G "$jars/opensearch-knn-*.zip"); then
        mkdir -p "$stage/plugins/opensearch-knn"; unzip -q "$knn" -d "$stage/plugins/opensearch-knn"
    fi
    mkdir -p "$stage/plugins"; chmod -R a+rX "$stage"; touch "$stage/.complete"
    rm -rf "$dist"; mv "$stage" "$dist"; rm -rf "$cache/stage-$id" "$jars"
}

# ---- certificates and the TLS front ----
make_certificates() {
    local d=$home/tls
    mkdir -p "$d"; [ -f "$d/server.crt" ] && return
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=glint test authority' \
        -keyout "$d/ca.key" -out "$d/ca.crt" 2>/dev/null
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >"$d/ext"
    openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$d/server.key" -out "$d/server.csr" 2>/dev/null
    openssl x509 -req -in "$d/server.csr" -CA "$d/ca.crt" -CAkey "$d/ca.key" -CAcreateserial -days 3650 \
        -out "$d/server.crt" -extfile "$d/ext" 2>/dev/null
    # one that ran out yesterday, for the test of an expired certificate
    openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$d/old.key" -out "$d/old.csr" 2>/dev/null
    openssl x509 -req -in "$d/old.csr" -CA "$d/ca.crt" -CAkey "$d/ca.key" -CAcreateserial -days -1 \
        -out "$d/old.crt" -extfile "$d/ext" 2>/dev/null || true
}

# nginx speaks TLS and checks the credentials before a server that does neither (all but es8).
start_front() {
    PATH=$PATH:/usr/sbin:/sbin
    command -v nginx >/dev/null || missing "nginx is not here (Debian: apt-get install nginx-light)"
    local d=$home/tls accept='' otherwise=1
    [ -n "$user" ] && accept+="\"Basic $(printf '%s:%s' "$user" "$password" | base64 -w0)\" 1; "
    [ -n "$api_key" ] && accept+="\"ApiKey $api_key\" 1; "
    [ -n "$accept" ] && otherwise=0
    mkdir -p "$d/body"
    cat >"$d/nginx.conf" <<N
pid $d/nginx.pid; error_log $d/error.log; $([ "$(id -u)" = 0 ] && echo 'user root;')
events { worker_connections 128; }
http {
  access_log off; client_max_body_size 200m; client_body_temp_path $d/body; proxy_temp_path $d/body/p;
  fastcgi_temp_path $d/body/f; uwsgi_temp_path $d/body/u; scgi_temp_path $d/body/s; map_hash_bucket_size 512;
  map \$http_authorization \$allowed { default $otherwise; $accept }
  server {
    listen 127.0.0.1:$((port + 1000)) ssl; ssl_certificate $d/server.crt; ssl_certificate_key $d/server.key;
    location / {
      default_type application/json;
      if (\$allowed = 0) { return 401 '{"error":{"type":"security_exception","reason":"missing or wrong credentials"},"status":401}'; }
      proxy_pass http://127.0.0.1:$port; proxy_set_header Authorization ""; proxy_http_version 1.1;
      proxy_request_buffering off; proxy_read_timeout 600s;
    }
  }
  server {
    listen 127.0.0.1:$((port + 1001)) ssl; ssl_certificate $d/old.crt; ssl_certificate_key $d/old.key;
    location / { return 200 '{}'; }
  }
}
N
    nginx -c "$d/nginx.conf" -e "$d/error.log" || fail "nginx did not start"
    echo "https://localhost:$((port + 1000))" >"$home/url"
}

# ---- nodes ----
node_pid() {
    local p
    p=$(cat "$home/node$1/pid" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null | grep -qF "$home/node$1/config" || grep -qsF "$home/node$1" "/proc/$p/environ" || return 1
    echo "$p"
}

configure() {
    local d=$home/node$1 i hosts='' names='' s
    mkdir -p "$d/config/jvm.options.d" "$d/data" "$d/logs" "$d/tmp"
    for ((i = 0; i < nodes; i++)); do hosts+="\"127.0.0.1:$((port + 20000 + i))\","; names+="\"node$((i + 1))\","; done
    {
        echo "cluster.name: $name"
        echo "node.name: node$1"
        echo "path.data: $d/data"
        echo "path.logs: $d/logs"
        echo "network.host: 127.0.0.1"
        echo "http.port: $((port + $1 - 1))"
        echo "transport.port: $((port + 20000 + $1 - 1))"
        echo "discovery.seed_hosts: [${hosts%,}]"
        [ "$product" = opensearch ] && echo "cluster.initial_cluster_manager_nodes: [${names%,}]" ||
            echo "cluster.initial_master_nodes: [${names%,}]"
        echo "cluster.routing.allocation.disk.threshold_enabled: false"
        [ "$id" = es8 ] && configure_es8 "$d/config"
        for s in ${settings[@]+"${settings[@]}"}; do echo "${s%%=*}: ${s#*=}"; done
    } >"$d/config/$product.yml"
    cat >"$d/config/log4j2.properties" <<L
status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = $d/logs/server.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{ISO8601} %p %c{1.} %m%n
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
L
}

configure_es8() {
    grep -v -e '^-Xlog' -e HeapDump "$dist/config/jvm.options" >"$1/jvm.options"
    cp "$dist"/config/role*.yml "$1/"; : >"$1/users"; : >"$1/users_roles"
    echo "xpack.security.autoconfiguration.enabled: false"
    echo "xpack.security.enrollment.enabled: false"
    if [ -z "$tls" ]; then echo "xpack.security.enabled: false"; return; fi
    cp "$home"/tls/server.crt "$home"/tls/server.key "$home"/tls/ca.crt "$1/"
    local s
    echo "xpack.security.enabled: true"
    for s in http transport; do
        echo "xpack.security.$s.ssl.enabled: true"
        echo "xpack.security.$s.ssl.key: server.key"
        echo "xpack.security.$s.ssl.certificate: server.crt"
        echo "xpack.security.$s.ssl.certificate_authorities: [ca.crt]"
    done
    echo "xpack.security.transport.ssl.verification_mode: certificate"
}

# A user other than 0 who may read and write here all the same: by capabilities, else a namespace.
find_user() {
    as_user=(setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override --securebits=+no_setuid_fixup)
    "${as_user[@]}" true 2>/dev/null && return
    as_user=(unshare --user --map-user=1000 --map-group=1000 --)
    "${as_user[@]}" true 2>/dev/null || missing "as root, the server needs a user other than 0, and none may be had (setpriv, unshare)"
}

launch() {
    local d=$home/node$1 as_user=() main=org.opensearch.bootstrap.OpenSearch p=opensearch
    [ "$product" = elasticsearch ] && main=org.elasticsearch.bootstrap.Elasticsearch p=es
    [ "$(id -u)" != 0 ] || find_user
    local jvm=(-Xms"$heap" -Xmx"$heap" -Xss1m -XX:+UseG1GC -XX:TieredStopAtLevel="${GLINT_ENGINE_TIER:-4}" -Djava.awt.headless=true -Dfile.encoding=UTF-8 -Djna.nosys=true
        -Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true -Dio.netty.recycler.maxCapacityPerThread=0
        -Dlog4j.shutdownHookEnabled=false -Dlog4j2.disable.jmx=true -Djava.io.tmpdir="$d/tmp"
        -D$p.path.home="$dist" -D$p.path.conf="$d/config" -D$p.distribution.type=zip -D$p.bundled_jdk=false)
    case $id in
    os3.6) jvm+=(-javaagent:"$dist/agent/opensearch-agent.jar" --add-modules=jdk.incubator.vector
        --add-opens=java.base/java.nio=org.apache.arrow.memory.core,ALL-UNNAMED) ;;
    os2.19) [ "$java_is" -ge 18 ] && jvm+=(-Djava.security.manager=allow) ;;
    esac
    (
        cd "$d"
        if [ "$id" = es8 ]; then
            export ES_JAVA_HOME=${java%/bin/java} ES_PATH_CONF=$d/config ES_TMPDIR=$d/tmp ES_JAVA_OPTS="-Xms$heap -Xmx$heap"
            exec setsid ${as_user[@]+"${as_user[@]}"} "$dist/bin/elasticsearch" >"$d/logs/console.log" 2>&1 </dev/null
        fi
        exec setsid ${as_user[@]+"${as_user[@]}"} "$java" "${jvm[@]}" -cp "$dist/lib/*" $main >"$d/logs/console.log" 2>&1 </dev/null
    ) &
    echo $! >"$d/pid"
    disown
}

wait_ready() {
    local url=$1 want=$2 health i until=$((SECONDS + 180))
    while [ $SECONDS -lt $until ]; do
        health=$(curl -s -m 3 ${auth[@]+"${auth[@]}"} "$url/_cluster/health" 2>/dev/null || true)
        case $health in *'"status":"green"'*"\"number_of_nodes\":$want,"* | *'"status":"yellow"'*"\"number_of_nodes\":$want,"*) return ;; esac
        for ((i = 1; i <= nodes; i++)); do
            [ -n "${only:-}" ] && [ "$i" != "$only" ] && continue
            kill -0 "$(cat "$home/node$i/pid")" 2>/dev/null || { tail -n 20 "$home/node$i"/logs/*.log >&2; fail "node $i died"; }
        done
        sleep 0.3
    done
    tail -n 15 "$home"/node*/logs/server.log >&2; fail "not ready after 180 s"
}

save_state() { declare -p id product number java java_is dist port nodes heap tls user password auth scheme >"$home/state"; chmod 600 "$home/state"; }
load_state() { [ -f "$home/state" ] || fail "no engine named '$name' was started"; . <(sed 's/^declare -- /declare -g /; t; s/^declare -/declare -g/' "$home/state"); }

start() {
    describe "$arg"; find_java; install_dist
    local i
    for ((i = 0; i < nodes; i++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$((port + i))") 2>/dev/null && fail "port $((port + i)) is taken"
    done
    rm -rf "$home"; mkdir -p "$home"
    auth=() scheme=http
    [ -n "$tls" ] && make_certificates
    if [ -n "$tls" ] && [ "$id" = es8 ]; then scheme=https auth=(--cacert "$home/tls/ca.crt" -u "$user:$password"); fi
    for ((i = 1; i <= nodes; i++)); do configure "$i"; done
    if [ $scheme = https ]; then
        for ((i = 1; i <= nodes; i++)); do
            ES_JAVA_HOME=${java%/bin/java} ES_PATH_CONF=$home/node$i/config "$dist/bin/elasticsearch-users" \
                useradd "$user" -p "$password" -r superuser >"$home/users.log" 2>&1 || { cat "$home/users.log" >&2; fail "no user could be made"; }
        done
    fi
    save_state
    for ((i = 1; i <= nodes; i++)); do launch "$i"; done
    wait_ready "$scheme://localhost:$port" "$nodes"
    echo "$scheme://localhost:$port" >"$home/url"
    if [ -n "$tls" ] && [ $scheme = http ]; then start_front; fi
    say "$product $number, $nodes node(s), ready"
    cat "$home/url"
}

front() {
    mkdir -p "$home"
    make_certificates
    start_front
    cat "$home/url"
}

stop_front() {
    [ -f "$home/tls/nginx.pid" ] && kill "$(cat "$home/tls/nginx.pid")" 2>/dev/null
    return 0
}

stop() {
    if [ ! -f "$home/state" ]; then
        stop_front; rm -rf "$home"; return 0
    fi
    load_state
    local i p
    stop_front
    for ((i = 1; i <= nodes; i++)); do p=$(node_pid "$i") && kill "$p" || true; done
    for ((i = 1; i <= nodes; i++)); do
        for _ in $(seq 100); do node_pid "$i" >/dev/null || continue 2; sleep 0.1; done
        p=$(node_pid "$i") && kill -9 "$p" || true
    done
    rm -rf "$home"
}

case $verb in
install) describe "$arg"; install_dist; echo "$dist" ;;
start) start ;;
front) front ;;
stop) stop ;;
url) cat "$home/url" ;;
ca) echo "$home/tls/ca.crt" ;;
log) tail -n 60 "$home"/node*/logs/*.log ;;
status) load_state; for ((i = 1; i <= nodes; i++)); do echo "node$i: $(node_pid "$i" || echo down)"; done ;;
kill-node) load_state; p=$(node_pid "$arg") || fail "node $arg is down"; pkill -9 -P "$p" || true; kill -9 "$p" ;;
start-node) load_state; node_pid "$arg" >/dev/null && fail "node $arg is up"; only=$arg; launch "$arg"; wait_ready "$scheme://localhost:$((port + arg - 1))" "$nodes" ;;
*) sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
