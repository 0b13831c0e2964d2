"""A running nginx's files as a whole."""

from pathlib import Path

from tests.stands.gateway import gateway
from tests.stands.nginx import free_port
from tests.stands.surveying import fact
from why502.gateways.nginx.logplaces import COMBINED
from why502.observations.gateway import GatewaySetup, LogPlace


def test_sums_up_files_logs_and_servers(open_path: Path) -> None:
    base = open_path / "g"
    main = f"worker_processes 1; error_log {base}/error.log; error_log stderr warn;"
    http = (
        f"log_format timed escape=json '{{\"status\":$status,' '\"took\":$request_time}}';\n"
        f"access_log {base}/access.log;\nserver {{ listen 127.0.0.1:{free_port()}; access_log off; }}"
    )
    server = f"access_log logs/shop.log timed; location /x {{ error_log {base}/x.log info; return 200; }}"
    (base / "logs").mkdir(parents=True)
    with gateway(base, server, main=main, http=http) as made:
        setup = fact(made, GatewaySetup)
    assert setup.files == (str(made.config),)
    assert setup.lines == len(made.config.read_text().splitlines())
    assert (setup.servers, setup.newer, setup.problems) == (2, (), ())
    assert [each.path for each in setup.error_logs] == [f"{base}/error.log", "stderr", f"{base}/x.log"]
    assert set(setup.access_logs) == {
        LogPlace(path=f"{base}/access.log", format=COMBINED),
        LogPlace(path=f"{base}/logs/shop.log", format='{"status":$status,"took":$request_time}', escape="json"),
    }


def test_names_a_fault_that_a_reload_would_meet(open_path: Path) -> None:
    with gateway(open_path / "g", "location / { return 200; }") as made:
        made.settle()
        made.config.write_text(made.config.read_text().replace("return 200;", "return 200"))
        made.config.write_text(made.config.read_text() + "}")
        setup = fact(made, GatewaySetup)
    assert setup.newer == (str(made.config),)
    assert setup.problems
    assert all(problem.startswith(f"{made.config}:") for problem in setup.problems)
