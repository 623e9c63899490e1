"""Each engine's own words, and how the engine behind an address is told."""

import numpy as np
import pytest
from pytest_httpserver import HTTPServer

from diptych.client import Cluster
from diptych.errors import MappingError
from diptych.mappings.engine import Elasticsearch, OpenSearch, detect_engine
from diptych.settings import load_settings

OLD, NEW = Elasticsearch((9, 1)), Elasticsearch((9, 2))
VECTOR = np.array([0.5, -1.0], dtype=np.float32)
WITHOUT_GET = {"error": "Incorrect HTTP method for uri [/] and method [GET]", "status": 405}


def cluster_of(server: HTTPServer) -> Cluster:
    """The cluster that a test's server plays."""
    return Cluster(load_settings(cluster_url=server.url_for("").rstrip("/")))


@pytest.mark.parametrize(
    ("version", "engine"),
    [
        ({"distribution": "opensearch", "number": "3.5.0"}, "OpenSearch"),
        ({"build_flavor": "default", "number": "8.19.0"}, "Elasticsearch"),
    ],
)
def test_an_engine_is_told_by_the_version_it_answers(
    httpserver: HTTPServer, version: dict[str, str], engine: str
) -> None:
    """Both say who they are at the root of their address."""
    httpserver.expect_request("/").respond_with_json({"version": version})

    assert engine == detect_engine(cluster_of(httpserver)).name


def test_elasticsearch_is_told_by_its_nodes_where_the_root_answers_nothing(
    httpserver: HTTPServer,
) -> None:
    """The oldest node decides what the cluster understands."""
    nodes = {
        "a": {"version": "9.5.3", "index_version": 9_000_000},
        "b": {"version": "9.1.4", "index_version": 9_000_000},
    }
    httpserver.expect_request("/").respond_with_json(WITHOUT_GET, status=405)
    httpserver.expect_request("/_nodes").respond_with_json({"nodes": nodes})

    assert Elasticsearch((9, 1)) == detect_engine(cluster_of(httpserver))


@pytest.mark.parametrize("number", ["8.14.3", "7.10.2", "main"])
def test_an_elasticsearch_that_is_too_old_is_refused(httpserver: HTTPServer, number: str) -> None:
    """The sentence names the version found and the version wanted."""
    version = {"build_flavor": "default", "number": number}
    httpserver.expect_request("/").respond_with_json({"version": version})

    with pytest.raises(MappingError, match=rf"Elasticsearch {number}.* needs 8\.15 or newer"):
        detect_engine(cluster_of(httpserver))


@pytest.mark.parametrize("answer", [{"version": {"number": "4"}}, {"version": "4"}, ["hello"]])
def test_a_server_of_another_kind_is_refused(httpserver: HTTPServer, answer: object) -> None:
    """Whatever JSON it answers."""
    httpserver.expect_request("/").respond_with_json(answer)
    httpserver.expect_request("/_nodes").respond_with_json({"nodes": {"a": {"version": "4"}}})

    with pytest.raises(MappingError, match="neither an OpenSearch nor an Elasticsearch"):
        detect_engine(cluster_of(httpserver))


@pytest.mark.parametrize("engine", [OpenSearch(), NEW], ids=["opensearch", "elasticsearch"])
@pytest.mark.parametrize(("score", "product"), [(1.75, 0.75), (1.0, 0.0), (0.5, -1.0)])
def test_an_inner_product_is_read_from_a_score(
    engine: OpenSearch | Elasticsearch, score: float, product: float
) -> None:
    """Scores are 1 + ip from 0 upwards and 1 / (1 - ip) below, so 0.5 stands for -1."""
    assert product == engine.inner_product(score)


def test_elasticsearch_is_asked_for_plain_hnsw() -> None:
    """Its default would keep one bit of each number."""
    mapping = NEW.vector_mapping(904, library="lucene")

    assert ("dense_vector", 904, "max_inner_product") == (
        mapping["type"],
        mapping["dims"],
        mapping["similarity"],
    )
    assert {"type": "hnsw", "m": 16, "ef_construction": 128} == mapping["index_options"]


def test_a_vector_too_long_for_elasticsearch_is_refused() -> None:
    """4096 numbers are its limit."""
    with pytest.raises(MappingError, match=r"has 4,104 numbers.* 4,096 at most"):
        NEW.vector_mapping(4104, library="lucene")


def test_elasticsearch_has_no_choice_of_libraries() -> None:
    """The sentence names the flag."""
    with pytest.raises(MappingError, match="not with 'faiss': leave --engine out"):
        NEW.vector_mapping(904, library="faiss")


def test_elasticsearch_looks_at_candidates_in_each_shard() -> None:
    """`num_candidates` may not be smaller than `k`."""
    where = {"term": {"color": "red"}}
    query = NEW.knn_query("v", VECTOR, k=200, ef_search=100, where=where)["knn"]

    assert ("v", 200, 200, where) == (
        query["field"],
        query["k"],
        query["num_candidates"],
        query["filter"],
    )


def test_vectors_are_asked_for_where_source_leaves_them_out() -> None:
    """Elasticsearch 9.2 and newer; older ones refuse the option that they do not know."""
    source = {"includes": ["title", "v"]}

    assert source == OpenSearch().vector_source(source) == OLD.vector_source(source)
    assert {**source, "exclude_vectors": False} == NEW.vector_source(source)
    assert {} == dict(OpenSearch().vector_params) == dict(OLD.vector_params)
    assert {"_source_exclude_vectors": "false"} == dict(NEW.vector_params)
