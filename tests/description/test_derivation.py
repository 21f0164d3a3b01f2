"""The deriver knows structure, not one API: small descriptions of other things follow the same rules."""

from typing import Any

import pytest

from conformance.description import load_description
from conformance.model import KeyKind, LinkKind, Role, Scheme

URI = {"type": "string", "format": "uri"}


def response(schema: Any, status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": ref(name)}


def query(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]


def path(*names: str, **schema: Any) -> list[dict[str, Any]]:
    parameters = {"type": "string", **schema}
    return [{"name": name, "in": "path", "required": True, "schema": parameters} for name in names]


@pytest.fixture
def library() -> dict[str, Any]:
    """Return a library: books by authors, loans logged by time, branches by name, without any example."""
    book = {
        "id": {"type": "string", "pattern": "^book[A-Z0-9]{26}$"},
        "url": URI,
        "title": {"type": "string"},
        "author": {"oneOf": [URI, ref("Author"), {"type": "null"}]},
        "latest_loan": {"type": ["string", "null"], "format": "uri"},
        "related": {"oneOf": [{"type": "array", "items": URI}, {"type": "array", "items": ref("Book")}]},
        "publisher": {"type": "object", "properties": {"logo": URI, "branch": URI}},
        "either": {"oneOf": [URI, {"type": "array", "items": URI}]},
        "shelf": {"oneOf": [URI, ref("Shelf")]},
        "cover_url": URI,
        "mystery": URI,
    }
    loan = {"url": URI, "lent_at": {"type": "string", "format": "date-time"}, "book": URI}
    author = {"id": {"type": "string"}, "url": URI, "books": URI, "best": {"oneOf": [URI, ref("Book")]}}
    author["shelf"] = {"oneOf": [URI, ref("Shelf")]}
    at = path("book_id", pattern="^book[A-Z0-9]{26}$")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Library", "version": "1"},
        "servers": [{"url": "/lib"}],
        "paths": {
            "/books": {
                "get": {**response(many("Book")), "parameters": query("page_after", "author_id", "title", "lang")},
                "post": response(ref("Book"), "201"),
            },
            "/books/{book_id}": {"parameters": at, "get": response(ref("Book")), "head": {"responses": {"200": {}}}},
            "/books/{book_id}/loans": {
                "parameters": at,
                "get": {**response(many("Loan")), "parameters": query("page_after", "page_before", "lent_at__gte")},
            },
            "/books/{book_id}/loans/{when}": {
                "parameters": [*at, *path("when", format="date-time")],
                "get": response(ref("Loan")),
            },
            "/books/{book_id}/cover": {"parameters": at, "get": {"responses": {"302": {"description": ""}}}},
            "/books/{book_id}/lend": {"parameters": at, "post": {"responses": {"204": {"description": ""}}}},
            "/books/{book_id}/summary": {
                "parameters": at,
                "get": {"responses": {**response(ref("Loan"))["responses"], "304": {"description": ""}}},
            },
            "/authors/{author_id}": {"parameters": path("author_id"), "get": response(ref("Author"))},
            "/branches": {
                "get": {
                    **response(
                        {"type": "object", "properties": {"count": {"type": "integer"}, "rows": many("Branch")}}
                    ),
                    "parameters": query("page", "page_size"),
                }
            },
            "/branches/{branch}": {"parameters": path("branch", enum=["EAST", "WEST"]), "get": response(ref("Branch"))},
            "/books/featured": {"get": response(ref("Book"))},
            "/books/{book_id}/shelf": {"parameters": at, "get": response(ref("Shelf"))},
            "/authors/{author_id}/shelf": {"parameters": path("author_id"), "get": response(ref("Shelf"))},
            "/about/hours": {"get": response({"type": "object", "properties": {"open": {"type": "boolean"}}})},
        },
        "components": {
            "schemas": {
                "Book": {"type": "object", "properties": book},
                "Loan": {"type": "object", "properties": loan},
                "Author": {"allOf": [{"type": "object", "properties": author}]},
                "Shelf": {"type": "object", "properties": {"room": {"type": "integer"}}},
                "Branch": {"type": "object", "properties": {"branch": {"type": "string"}, "url": URI}},
            }
        },
    }


@pytest.fixture
def model(library, write, tmp_path):
    return load_description(write(library), cache_dir=tmp_path / "cache").model


def test_roles_follow_from_methods_paths_and_bodies(model):
    assert {operation.key: (operation.role, operation.resource) for operation in model.operations} == {
        "GET /books": (Role.LIST, "books"),
        "POST /books": (Role.CREATE, "books"),
        "GET /books/{book_id}": (Role.ITEM, "books"),
        "HEAD /books/{book_id}": (Role.SINGLETON, "books"),
        "GET /books/{book_id}/loans": (Role.LIST, "books.loans"),
        "GET /books/{book_id}/loans/{when}": (Role.ITEM, "books.loans"),
        "GET /books/{book_id}/cover": (Role.REDIRECT, ""),
        "POST /books/{book_id}/lend": (Role.ACTION, "books"),
        "GET /books/{book_id}/summary": (Role.SINGLETON, "books.summary"),  # 304 is no redirect
        "GET /authors/{author_id}": (Role.ITEM, "authors"),
        "GET /branches": (Role.LIST, "branches"),
        "GET /branches/{branch}": (Role.ITEM, "branches"),
        "GET /books/featured": (Role.SINGLETON, "books.featured"),
        "GET /books/{book_id}/shelf": (Role.SINGLETON, "books.shelf"),
        "GET /authors/{author_id}/shelf": (Role.SINGLETON, "authors.shelf"),
        "GET /about/hours": (Role.SINGLETON, ""),
    }
    assert (
        model.operations_by_key["POST /books/{book_id}/lend"].effect == "irreversible"
    )  # an action that nobody vouches for
    assert model.operations_by_key["POST /books"].effect == "write"
    assert model.base_path == "/lib"


def test_keys_follow_from_parameters_and_properties(model):
    keys = {
        resource.name: (resource.key_kind, resource.key_field, resource.prefix)
        for resource in model.resources
        if not resource.singleton
    }
    assert keys == {
        "books": (KeyKind.ID, "id", "book"),
        "books.loans": (KeyKind.TIMESTAMP, "lent_at", ""),
        "authors": (KeyKind.ID, "id", ""),
        "branches": (KeyKind.NAME, "branch", ""),
    }


def test_pages_and_wrapped_lists(model):
    paging = {operation.key: operation.pagination for operation in model.operations if operation.pagination}
    assert {key: (pagination.scheme, pagination.size) for key, pagination in paging.items()} == {
        "GET /books": (Scheme.CURSOR, ""),
        "GET /books/{book_id}/loans": (Scheme.TIMESTAMP, ""),
        "GET /branches": (Scheme.PAGE, "page_size"),
    }
    assert model.operations_by_key["GET /branches"].items_at == "rows"


def test_link_targets_follow_from_objects_and_names(model):
    targets = {link.path: (link.kind, link.targets) for link in model.resources_by_name["books"].links}
    assert targets == {
        "url": (LinkKind.ITEM, ("books",)),
        "author": (LinkKind.ITEM, ("authors",)),
        "latest_loan": (LinkKind.ITEM, ("books.loans",)),
        "related": (LinkKind.ITEM, ("books",)),
        "publisher.logo": (LinkKind.EXTERNAL, ()),
        "publisher.branch": (LinkKind.ITEM, ("branches",)),
        "either": (LinkKind.EXTERNAL, ()),
        "shelf": (LinkKind.SINGLETON, ("books.shelf",)),
        "cover_url": (LinkKind.EXTERNAL, ()),
        "mystery": (LinkKind.EXTERNAL, ()),
    }
    assert {link.path: (link.kind, link.targets) for link in model.resources_by_name["authors"].links} == {
        "url": (LinkKind.ITEM, ("authors",)),
        "books": (LinkKind.LIST, ("books",)),
        "best": (LinkKind.ITEM, ("books",)),  # shown as `books.featured` too, which is no collection
        "shelf": (LinkKind.SINGLETON, ("authors.shelf",)),
    }
    many = {link.path for link in model.resources_by_name["books"].links if link.many}
    assert many == {"related"}  # `either` may hold one
    untold = {note for note in model.notes if note.startswith("books:")}
    assert untold == {f"books: the target of {name} is unknown" for name in ("either", "mystery")}


def test_filter_fields_follow_from_names(model):
    fields = {
        query_filter.parameter: (query_filter.field, query_filter.by_id_of)
        for query_filter in model.operations_by_key["GET /books"].filters
    }
    assert fields == {"author_id": ("author", "authors"), "title": ("title", ""), "lang": ("", "")}


def test_link_targets_follow_from_examples(library, write, tmp_path):
    book = library["components"]["schemas"]["Book"]["properties"]
    base = "https://library.example/lib"
    book["mystery"] = {**URI, "examples": [f"{base}/branches/EAST"]}
    book["odd"] = {**URI, "example": f"{base}/author/x"}  # a singular where the path has a plural
    book["gone"] = {**URI, "example": f"{base}/nowhere/book01HSH04KDEWF6Z4DB2J77J74K5"}
    book["all"] = {**URI, "example": f"{base}/branches?page=1"}
    book["lost"] = {**URI, "example": "https://[broken"}
    book_links = load_description(write(library), cache_dir=tmp_path / "cache").model.resources_by_name["books"].links
    links = {link.path: (link.kind, link.targets) for link in book_links}
    assert links["mystery"] == (LinkKind.ITEM, ("branches",))
    assert links["odd"] == (LinkKind.ITEM, ("authors",))
    assert links["gone"] == (LinkKind.ITEM, ("books",))
    assert links["all"] == (LinkKind.LIST, ("branches",))
    assert links["lost"] == (LinkKind.EXTERNAL, ())


def test_an_address_on_another_host_is_no_address_of_the_resource(library, write, tmp_path):
    library["servers"] = [{"url": "https://library.example/lib"}]
    library["components"]["schemas"]["Branch"]["properties"]["url"]["example"] = "https://maps.example/east"
    model = load_description(write(library), cache_dir=tmp_path / "cache").model
    (link,) = model.resources_by_name["branches"].links
    assert (link.kind, link.own) == (LinkKind.EXTERNAL, False)


def test_the_last_of_two_parameters_of_one_name_counts(library, write, tmp_path):
    listing = library["paths"]["/books"]["get"]
    listing["parameters"] += [{"name": "title", "in": "query", "schema": {"type": "integer"}}]
    model = load_description(write(library), cache_dir=tmp_path / "cache").model
    (title,) = [
        parameter for parameter in model.operations_by_key["GET /books"].parameters if parameter.name == "title"
    ]
    assert title.schema == {"type": "integer"}
    assert "GET /books: the query parameter title is listed twice; the last one counts" in model.notes


def test_a_schema_that_holds_itself_is_walked_once(library, write, tmp_path):
    library["components"]["schemas"]["Tree"] = {
        "type": "object",
        "properties": {"branch": URI, "children": many("Tree"), "twin": {"oneOf": [ref("Tree"), {"type": "null"}]}},
    }
    library["components"]["schemas"]["Book"]["properties"]["tree"] = ref("Tree")
    model = load_description(write(library), cache_dir=tmp_path / "cache").model
    assert [link.path for link in model.resources_by_name["books"].links if link.path.startswith("tree")] == [
        "tree.branch"
    ]


def test_the_lowest_success_status_gives_the_schema(library, write, tmp_path):
    both = response(ref("Loan"), "202")["responses"] | response(ref("Book"), "201")["responses"]
    library["paths"]["/books"]["post"] = {"responses": both}
    operation = load_description(write(library), cache_dir=tmp_path / "cache").model.operations_by_key["POST /books"]
    assert operation.item_schema == "#/components/schemas/Book"


def test_csv_has_no_item_schema(library, write, tmp_path):
    response = {"200": {"description": "", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    library["paths"]["/export"] = {"get": {"responses": response}}
    operation = load_description(write(library), cache_dir=tmp_path / "cache").model.operations_by_key["GET /export"]
    assert (operation.role, operation.resource, operation.item_schema) == (Role.SINGLETON, "", "")
    assert operation.responses[0].media[0].type == "text/csv"
