"""Laws of the resource model, on the bundled description and the provider's; expected counts are computed here."""

import copy
import re
from typing import Any

import msgspec
import pytest

from conformance.description import load_description
from conformance.description.derivation import derive_model
from conformance.model import KeyKind, LinkKind, Location, Operator, ResourceModel, Role, Scheme

METHODS = {"get", "put", "post", "patch", "delete"}


def raw_operations(document: dict[str, Any]):
    """Yield key, path item and operation of each operation, straight from the document."""
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield f"{method.upper()} {path}", item, item[method]


def raw_parameters(description, item, operation):
    return [
        description.dereference(parameter)
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ()))
    ]


def test_every_operation_is_listed_once(description):
    keys = [operation.key for operation in description.model.operations]
    assert sorted(keys) == sorted(key for key, *_ in raw_operations(description.document))
    assert len(keys) == len(set(keys)) == 210


def test_parameters_are_the_effective_ones(description):
    for key, item, operation in raw_operations(description.document):
        stated = {(p["name"].lower(), p["in"]) for p in raw_parameters(description, item, operation)}
        parameters = [(p.name.lower(), str(p.location)) for p in description.model.operations_by_key[key].parameters]
        assert sorted(parameters) == sorted(stated)


def test_path_parameters_stand_in_the_order_of_the_template(description):
    for operation in description.model.operations:
        assert [p.name for p in operation.path_parameters] == re.findall(r"{(\w+)}", operation.path)
        assert all(p.required for p in operation.path_parameters)


def test_pointers_lead_to_their_objects(description):
    for operation in description.model.operations:
        assert "responses" in description.resolve(operation.pointer)
        assert operation.item_schema == "" or isinstance(description.resolve(operation.item_schema), dict)
        for response in operation.responses:
            assert "description" in description.resolve(response.pointer)
            assert all(description.resolve(media.schema) for media in response.media if media.schema)
            assert all(description.resolve(header.schema) for header in response.headers if header.schema)
        for expansion in operation.expansions:
            assert bool(expansion.schema) is expansion.resolvable
            assert not expansion.schema or description.resolve(expansion.schema)


def test_every_documented_expand_value_appears_in_order(description):
    total = 0
    for key, item, operation in raw_operations(description.document):
        documented: list[str] = []
        for parameter in raw_parameters(description, item, operation):
            if parameter["name"] == "expand":
                documented = parameter["schema"].get("items", {}).get("enum", [])
        assert [expansion.path for expansion in description.model.operations_by_key[key].expansions] == documented
        total += len(documented)
    assert total == 255


def test_an_expansion_leads_where_the_link_of_its_property_leads(description):
    seen = 0
    for operation in description.model.operations:
        links = {candidate.path.replace("[]", ""): candidate for candidate in operation.links}
        for expansion in operation.expansions:
            link = links.get(expansion.path)
            if link and expansion.resolvable:
                assert (expansion.target,) == link.targets or (expansion.target, link.targets) == ("", ())
                assert link.expandable
                seen += 1
    assert seen > 100


def test_nested_expansions_rest_on_their_parents(description):
    for operation in description.model.operations:
        by_path = {expansion.path: expansion for expansion in operation.expansions}
        for expansion in operation.expansions:
            if expansion.resolvable and expansion.parent in by_path:
                assert by_path[expansion.parent].resolvable


def test_every_uri_property_of_a_shown_schema_is_a_link(description):
    """Count without the deriver: properties of format uri, directly or as alternative, at the top of an item."""
    seen = 0
    for operation in description.model.operations:
        if not operation.item_schema:
            continue
        paths = {link.path for link in operation.links}
        for name, schema in top_properties(description, description.resolve(operation.item_schema)).items():
            if '"format":"uri"' in msgspec.json.encode(without_objects(description, schema)).decode():
                assert name in paths, (operation.key, name)
                seen += 1
    assert seen > 400


def top_properties(description, schema) -> dict[str, Any]:
    schema = description.dereference(schema)
    properties = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        properties |= top_properties(description, part)
    return properties


def without_objects(description, schema) -> Any:
    """Return a schema with its alternatives, but without the objects among them."""
    schema = description.dereference(schema)
    if schema.get("properties") or schema.get("allOf"):
        return {}
    return [
        {"format": schema.get("format")},
        *(without_objects(description, part) for word in ("oneOf", "anyOf") for part in schema.get(word, ())),
        *([without_objects(description, schema["items"])] if "items" in schema else ()),
    ]


def test_links_name_resources_with_a_matching_path(description):
    model = description.model
    for link in (link for resource in model.resources for link in resource.links):
        assert (link.kind is LinkKind.EXTERNAL) <= (not link.targets)
        for target in (model.resources_by_name[name] for name in link.targets):
            assert target.singleton is (link.kind is LinkKind.SINGLETON)
            assert link.kind is not LinkKind.LIST or target.list_path
            assert link.own or link.kind is not LinkKind.ITEM or target.item_path


def test_each_resource_has_one_address_of_its_own_at_most(description):
    for resource in description.model.resources:
        own = [link for link in resource.links if link.own]
        assert len(own) <= 1
        assert all((link.path, link.targets) == ("url", (resource.name,)) for link in own)


def test_paths_of_links_are_unique(description):
    for holder in (*description.model.operations, *description.model.resources):
        assert len({link.path for link in holder.links}) == len(holder.links)


def test_operations_and_resources_agree(description):
    model = description.model
    assert len(model.resources_by_name) == len(model.resources)
    for resource_fact in model.resources:
        assert resource_fact.list_path or resource_fact.item_path
        assert resource_fact.parent == "" or resource_fact.parent in model.resources_by_name
        assert resource_fact.operations == tuple(o.key for o in model.operations if o.resource == resource_fact.name)
    for operation in model.operations:
        resource = model.resources_by_name.get(operation.resource)
        if operation.role in {Role.LIST, Role.ITEM}:
            assert resource
            assert operation.path == (resource.list_path if operation.role is Role.LIST else resource.item_path)


def test_logs_are_keyed_and_paged_by_time_and_the_rest_by_id(description):
    model = description.model
    seen = 0
    for operation in model.operations:
        if operation.pagination and operation.pagination.after:
            is_log = operation.path.endswith("logs") or operation.items_at == "carbon_intensities"
            assert (operation.pagination.scheme is Scheme.TIMESTAMP) is is_log, operation.key
            assert (model.resources_by_name[operation.resource].key_kind is KeyKind.TIMESTAMP) is is_log
            seen += is_log
    assert seen == 14


def test_pages_have_the_parameters_that_are_documented(description):
    for operation in description.model.operations:
        have = {p.name for p in operation.parameters if p.location is Location.QUERY}
        paging = {name for name in have if name in {"page", "page_size", "page_after", "page_before"}}
        pagination = operation.pagination
        parameters = {pagination.page, pagination.size, pagination.after, pagination.before} if pagination else {""}
        assert parameters - {""} == paging, operation.key


def test_every_filter_is_a_documented_parameter_and_its_field_exists(description):
    seen = 0
    for operation in description.model.operations:
        for query_filter in operation.filters:
            assert operation.find_parameter(query_filter.parameter)
            suffix = query_filter.parameter.rpartition("__")[2] if "__" in query_filter.parameter else "eq"
            assert query_filter.operator is Operator(suffix)
            if query_filter.field:
                assert member(description, description.resolve(operation.item_schema), query_filter.field), (
                    operation.key
                )
                seen += 1
            assert not query_filter.by_id_of or query_filter.by_id_of in description.model.resources_by_name
    assert seen > 80


def member(description, schema, path: str) -> Any:
    """Return the schema of a property some levels down; alternatives are tried in turn."""
    name, _, rest = path.partition(".")
    schema = description.dereference(schema)
    for part in (schema, *(part for word in ("oneOf", "anyOf", "allOf") for part in schema.get(word, ()))):
        schemas = description.dereference(part).get("properties", {}).get(name.removesuffix("[]"))
        if schemas is not None:
            schemas = description.dereference(schemas)["items"] if name.endswith("[]") else schemas
            return member(description, schemas, rest) if rest else schemas
        if part is not schema and (schemas := member(description, part, path)):
            return schemas
    return None


def test_security_is_the_operations_own_or_the_roots(description):
    document = description.document
    for key, _, operation in raw_operations(document):
        documented = operation.get("security", document["security"])
        security = description.model.operations_by_key[key].security
        assert [{s.scheme: list(s.scopes) for s in alternative} for alternative in security] == documented


def test_the_model_survives_json_and_messagepack(description):
    model = description.model
    assert msgspec.json.decode(msgspec.json.encode(model), type=ResourceModel) == model
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(model), type=ResourceModel) == model


def test_deriving_twice_gives_the_same(description):
    again = derive_model(copy.deepcopy(description.document), description.digest)
    assert msgspec.structs.replace(again, notes=()) == msgspec.structs.replace(description.model, notes=())


def without_examples(node: Any, *, named: bool = False) -> Any:
    """Return a document without `example` and `examples` where these are keywords."""
    if isinstance(node, dict):
        return {
            key: without_examples(value, named=not named and key in {"properties", "schemas", "paths", "parameters"})
            for key, value in node.items()
            if named or key not in {"example", "examples"}
        }
    return [without_examples(item) for item in node] if isinstance(node, list) else node


def test_nothing_but_a_prefix_and_the_problem_base_rests_on_examples(description):
    bare = derive_model(without_examples(description.document), description.digest)
    for bare_one, full_one in zip(bare.operations, description.model.operations, strict=True):
        assert msgspec.structs.replace(bare_one, parameters=()) == msgspec.structs.replace(full_one, parameters=())
    for bare_one, full_one in zip(bare.resources, description.model.resources, strict=True):
        assert bare_one.links == full_one.links
        assert bare_one.prefix in {full_one.prefix, ""}
        assert msgspec.structs.replace(bare_one, prefix=full_one.prefix) == full_one


def test_a_copy_of_the_api_on_another_host_is_read_alike(description):
    document = description.document | {"servers": [{"url": "http://127.0.0.1:8080/v2"}]}
    moved = derive_model(document, description.digest)
    assert [(resource.name, resource.links) for resource in moved.resources] == [
        (resource.name, resource.links) for resource in description.model.resources
    ]
    assert moved.base_path == "/v2"


def test_both_descriptions_give_matching_models(bundled, provider):
    """Compare roles, effects and link targets; other differences are explained in DIFFERENCES.md of the bundled one."""
    ours, theirs = bundled.model, provider.model
    assert set(ours.operations_by_key) == set(theirs.operations_by_key)
    assert set(ours.resources_by_name) == set(theirs.resources_by_name)
    for key, mine in ours.operations_by_key.items():
        counterpart = theirs.operations_by_key[key]
        assert (mine.role, mine.effect, mine.resource, mine.items_at, mine.pagination) == (
            counterpart.role,
            counterpart.effect,
            counterpart.resource,
            counterpart.items_at,
            counterpart.pagination,
        )
        assert (mine.user_header, mine.user_required) == (counterpart.user_header, counterpart.user_required)
        assert {f.parameter: f.by_id_of for f in mine.filters} == {f.parameter: f.by_id_of for f in counterpart.filters}
    for name, own in ours.resources_by_name.items():
        other_links = theirs.resources_by_name[name].links
        assert {link.path: (link.kind, link.targets, link.many) for link in own.links} == {
            link.path: (link.kind, link.targets, link.many) for link in other_links
        }


def test_loading_it_again_from_the_cache_keeps_the_digest(description, tmp_path):

    path = description.path
    fresh = load_description(path, cache_dir=tmp_path)
    assert fresh.digest == description.digest == fresh.model.digest


@pytest.mark.parametrize("name", ["resolve", "dereference"])
def test_a_dangling_pointer_raises_a_key_error(bundled, name):
    bad = "#/components/schemas/Nothing"
    with pytest.raises(KeyError):
        getattr(bundled, name)(bad if name == "resolve" else {"$ref": bad})
