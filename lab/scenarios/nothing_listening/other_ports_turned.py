"""Rules hand other ports on, as a container platform's do; of this one they leave nothing to doubt."""

from lab.nginx import Nginx
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    where = f"127.0.0.1:{bench.port()}"
    box.run("iptables-nft -t nat -N PUBLISHED")
    box.run("iptables-nft -t nat -A OUTPUT -m addrtype --dst-type LOCAL -j PUBLISHED")
    box.run(f"iptables-nft -t nat -A PUBLISHED -p tcp --dport {bench.port()} -j DNAT --to-destination 192.0.2.7:80")
    box.run(f"iptables-nft -t nat -A PREROUTING -p tcp --dport {where.rpartition(':')[2]} -j REDIRECT --to-ports 9")
    box.run("iptables-nft -t nat -N SERVICE")
    box.run("iptables-nft -t nat -A OUTPUT -d 192.0.2.8 -p tcp --dport 80 -j SERVICE")
    box.run("iptables-nft -t nat -A SERVICE -p tcp -j DNAT --to-destination 192.0.2.9:80")
    nginx = Nginx(bench, box)
    nginx.route(f"proxy_pass http://{where};")
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view("network.nothing-listening", evidence=(("socket-table",),), subject=(where,)),
            user=view("network.nothing-listening", evidence=(("socket-table", "probe"),), subject=(where,)),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
