from why502.probes.cgi import variables


def test_given_ones_stand_and_lacking_ones_are_added() -> None:
    found = dict(variables("GET", "/a?b=c", "shop.example", (("SCRIPT_NAME", "/x.php"), (":version", "1.1"))))
    assert found["SCRIPT_NAME"] == "/x.php"
    assert (found["QUERY_STRING"], found["DOCUMENT_URI"], found["HTTP_HOST"]) == ("b=c", "/a", "shop.example")
    assert ":version" not in found
