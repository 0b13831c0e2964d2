#!/bin/sh
# Install by apt the real gateways and servers the tests use and this machine lacks. No service is started:
# a policy-rc.d refuses it while apt runs. A policy-rc.d that was here before is kept and put back.
set -eu
POLICY=${POLICY:-/usr/sbin/policy-rc.d}
KEPT=$POLICY.before-why502
MARK='# why502: no service starts while the test programs are installed'
# program (or file) that tells it is there : Debian package
WANTED='nginx:nginx-light php-fpm:php-fpm uwsgi:uwsgi-core /usr/lib/uwsgi/plugins/python3_plugin.so:uwsgi-plugin-python3
apache2:apache2 haproxy:haproxy caddy:caddy varnishd:varnish lighttpd:lighttpd traffic_server:trafficserver
nghttpx:nghttp2-proxy squid:squid gcc:gcc /usr/include/stdlib.h:libc6-dev Python.h:python3-dev
nft:nftables iptables:iptables ip:iproute2 ss:iproute2 /lib/systemd/systemd:systemd unshare:util-linux nsenter:util-linux node:nodejs'
PATH=$PATH:/usr/sbin:/sbin

say() { echo "why502: $*" >&2; }

there() {
    case $1 in
    /*) [ -e "$1" ] ;;
    Python.h) [ -e "$("${PYTHON:-python3}" -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)/Python.h" ] ;;
    php-fpm) for found in /usr/sbin/php-fpm*; do [ -x "$found" ] && return 0; done; return 1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

put_back() {
    if [ -f "$POLICY" ] && grep -qF "$MARK" "$POLICY"; then
        rm -f "$POLICY"
    fi
    if [ -e "$KEPT" ] || [ -L "$KEPT" ]; then
        mv -f "$KEPT" "$POLICY"
    fi
}

hold_services() {
    put_back # what an interrupted run left
    if [ -e "$POLICY" ] || [ -L "$POLICY" ]; then
        mv -f "$POLICY" "$KEPT"
    fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$MARK" >"$POLICY"
    chmod 755 "$POLICY"
}

missing=''
for pair in $WANTED; do
    package=${pair##*:}
    there "${pair%:*}" && continue
    case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
done
missing=${missing# }

[ -n "$missing" ] || exit 0
if [ "${SETUP:-1}" = 0 ]; then
    say "SETUP=0: not installed: $missing"
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    say "not root, so not installed: $missing (their tests are left out; as root 'make setup' installs them)"
    exit 0
fi
command -v apt-get >/dev/null 2>&1 || {
    say "no apt-get here, so not installed: $missing (their tests are left out)"
    exit 0
}

say "installing by apt: $missing (no service is started; SETUP=0 leaves this out)"
before=$(systemctl list-unit-files --no-legend --plain --state=enabled --type=service 2>/dev/null | cut -d' ' -f1 || true)
trap put_back EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
hold_services
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
install() { apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $missing </dev/null >&2; }
install || {
    say 'once more, with a fresh list of packages'
    apt-get update -qq -o DPkg::Lock::Timeout=300 >&2
    install
} || {
    say 'apt could not install them; their tests are left out'
    exit 0
}
# Debian enables a service when it is installed; the next boot shall not start it either.
for unit in $(systemctl list-unit-files --no-legend --plain --state=enabled --type=service 2>/dev/null | cut -d' ' -f1 || true); do
    case "$unit" in nginx.service | php*-fpm.service | uwsgi.service | nftables.service) ;; *) continue ;; esac
    case "
$before
" in *"
$unit
"*) continue ;; esac
    systemctl disable --quiet "$unit" >&2 || true
done
