"""Laws of the resource model, on the shipped description and the provider's; counts are reckoned here independently."""

import copy
import re
from typing import Any

import msgspec
import pytest

from conformance.description import load
from conformance.description.derive import derive
from conformance.model import KeyKind, LinkKind, Location, Operator, ResourceModel, Role, Scheme

METHODS = {"get", "put", "post", "patch", "delete"}


def raw_operations(document: dict[str, Any]):
    """Key, path item and operation of each operation, straight from the document."""
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield f"{method.upper()} {path}", item, item[method]


def raw_parameters(description, item, operation):
    return [description.deref(each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]


def test_every_operation_is_there_once(description):
    keys = [each.key for each in description.model.operations]
    assert sorted(keys) == sorted(key for key, *_ in raw_operations(description.document))
    assert len(keys) == len(set(keys)) == 210


def test_parameters_are_the_effective_ones(description):
    for key, item, operation in raw_operations(description.document):
        stated = {(p["name"].lower(), p["in"]) for p in raw_parameters(description, item, operation)}
        found = [(p.name.lower(), str(p.location)) for p in description.model.by_key[key].parameters]
        assert sorted(found) == sorted(stated)


def test_path_parameters_stand_in_the_order_of_the_template(description):
    for each in description.model.operations:
        assert [p.name for p in each.path_parameters] == re.findall(r"{(\w+)}", each.path)
        assert all(p.required for p in each.path_parameters)


def test_pointers_lead_to_what_they_name(description):
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
        wanted: list[str] = []
        for parameter in raw_parameters(description, item, operation):
            if parameter["name"] == "expand":
                wanted = parameter["schema"].get("items", {}).get("enum", [])
        assert [each.path for each in description.model.by_key[key].expansions] == wanted
        total += len(wanted)
    assert total == 255


def test_an_expansion_leads_where_the_link_of_its_property_leads(description):
    seen = 0
    for operation in description.model.operations:
        links = {each.path.replace("[]", ""): each for each in operation.links}
        for each in operation.expansions:
            link = links.get(each.path)
            if link and each.resolvable:
                assert (each.target,) == link.targets or (each.target, link.targets) == ("", ())
                assert link.expandable
                seen += 1
    assert seen > 100


def test_nested_expansions_rest_on_their_parents(description):
    for operation in description.model.operations:
        by_path = {each.path: each for each in operation.expansions}
        for each in operation.expansions:
            if each.resolvable and each.parent in by_path:
                assert by_path[each.parent].resolvable


def test_every_uri_property_of_a_shown_schema_is_a_link(description):
    """Counted without our own walk: properties of format uri, directly or as alternative, at the top of an item."""
    seen = 0
    for operation in description.model.operations:
        if not operation.item_schema:
            continue
        paths = {each.path for each in operation.links}
        for name, schema in top_properties(description, description.resolve(operation.item_schema)).items():
            if '"format":"uri"' in msgspec.json.encode(without_objects(description, schema)).decode():
                assert name in paths, (operation.key, name)
                seen += 1
    assert seen > 400


def top_properties(description, schema) -> dict[str, Any]:
    schema = description.deref(schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= top_properties(description, part)
    return found


def without_objects(description, schema) -> Any:
    """A schema with its alternatives, but nothing of the objects among them."""
    schema = description.deref(schema)
    if schema.get("properties") or schema.get("allOf"):
        return {}
    return [
        {"format": schema.get("format")},
        *(without_objects(description, part) for word in ("oneOf", "anyOf") for part in schema.get(word, ())),
        *([without_objects(description, schema["items"])] if "items" in schema else ()),
    ]


def test_links_name_resources_that_can_answer_for_them(description):
    model = description.model
    for link in (link for each in model.resources for link in each.links):
        assert (link.kind is LinkKind.EXTERNAL) <= (not link.targets)
        for target in (model.by_name[name] for name in link.targets):
            assert target.singleton is (link.kind is LinkKind.SINGLETON)
            assert link.kind is not LinkKind.LIST or target.list_path
            assert link.own or link.kind is not LinkKind.ITEM or target.item_path


def test_each_resource_has_one_address_of_its_own_at_most(description):
    for each in description.model.resources:
        own = [link for link in each.links if link.own]
        assert len(own) <= 1
        assert all((link.path, link.targets) == ("url", (each.name,)) for link in own)


def test_paths_of_links_are_unique(description):
    for each in (*description.model.operations, *description.model.resources):
        assert len({link.path for link in each.links}) == len(each.links)


def test_operations_and_resources_agree(description):
    model = description.model
    assert len(model.by_name) == len(model.resources)
    for each in model.resources:
        assert each.list_path or each.item_path
        assert each.parent == "" or each.parent in model.by_name
        assert each.operations == tuple(o.key for o in model.operations if o.resource == each.name)
    for operation in model.operations:
        resource = model.by_name.get(operation.resource)
        if operation.role in {Role.LIST, Role.ITEM}:
            assert resource
            assert operation.path == (resource.list_path if operation.role is Role.LIST else resource.item_path)


def test_logs_are_keyed_and_paged_by_time_and_the_rest_by_id(description):
    model = description.model
    seen = 0
    for each in model.operations:
        if each.pagination and each.pagination.after:
            is_log = each.path.endswith("logs") or each.items_at == "carbon_intensities"
            assert (each.pagination.scheme is Scheme.TIMESTAMP) is is_log, each.key
            assert (model.by_name[each.resource].key_kind is KeyKind.TIMESTAMP) is is_log
            seen += is_log
    assert seen == 14


def test_pages_have_the_parameters_that_are_documented(description):
    for each in description.model.operations:
        have = {p.name for p in each.parameters if p.location is Location.QUERY}
        paging = {name for name in have if name in {"page", "page_size", "page_after", "page_before"}}
        pagination = each.pagination
        found = {pagination.page, pagination.size, pagination.after, pagination.before} if pagination else {""}
        assert found - {""} == paging, each.key


def test_every_filter_is_a_documented_parameter_and_its_field_exists(description):
    seen = 0
    for operation in description.model.operations:
        for each in operation.filters:
            assert operation.parameter(each.parameter)
            suffix = each.parameter.rpartition("__")[2] if "__" in each.parameter else "eq"
            assert each.operator is Operator(suffix)
            if each.field:
                assert member(description, description.resolve(operation.item_schema), each.field), operation.key
                seen += 1
            assert not each.by_id_of or each.by_id_of in description.model.by_name
    assert seen > 80


def member(description, schema, path: str) -> Any:
    """The schema of a property some levels down, alternatives tried in turn."""
    name, _, rest = path.partition(".")
    schema = description.deref(schema)
    for part in (schema, *(part for word in ("oneOf", "anyOf", "allOf") for part in schema.get(word, ()))):
        found = description.deref(part).get("properties", {}).get(name.removesuffix("[]"))
        if found is not None:
            found = description.deref(found)["items"] if name.endswith("[]") else found
            return member(description, found, rest) if rest else found
        if part is not schema and (found := member(description, part, path)):
            return found
    return None


def test_security_is_the_operations_own_or_the_roots(description):
    document = description.document
    for key, _, operation in raw_operations(document):
        wanted = operation.get("security", document["security"])
        found = description.model.by_key[key].security
        assert [{s.scheme: list(s.scopes) for s in alternative} for alternative in found] == wanted


def test_the_model_survives_json_and_messagepack(description):
    model = description.model
    assert msgspec.json.decode(msgspec.json.encode(model), type=ResourceModel) == model
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(model), type=ResourceModel) == model


def test_deriving_twice_gives_the_same(description):
    again = derive(copy.deepcopy(description.document), description.digest)
    assert msgspec.structs.replace(again, notes=()) == msgspec.structs.replace(description.model, notes=())


def without_examples(node: Any, *, named: bool = False) -> Any:
    """A document without example and examples, where these are keywords."""
    if isinstance(node, dict):
        return {
            key: without_examples(value, named=not named and key in {"properties", "schemas", "paths", "parameters"})
            for key, value in node.items()
            if named or key not in {"example", "examples"}
        }
    return [without_examples(item) for item in node] if isinstance(node, list) else node


def test_nothing_but_a_prefix_and_the_problem_base_rests_on_examples(description):
    bare = derive(without_examples(description.document), description.digest)
    for one, other in zip(bare.operations, description.model.operations, strict=True):
        assert msgspec.structs.replace(one, parameters=()) == msgspec.structs.replace(other, parameters=())
    for one, other in zip(bare.resources, description.model.resources, strict=True):
        assert one.links == other.links
        assert one.prefix in {other.prefix, ""}
        assert msgspec.structs.replace(one, prefix=other.prefix) == other


def test_a_copy_of_the_api_on_another_host_is_read_alike(description):
    document = description.document | {"servers": [{"url": "http://127.0.0.1:8080/v2"}]}
    moved = derive(document, description.digest)
    assert [(each.name, each.links) for each in moved.resources] == [
        (each.name, each.links) for each in description.model.resources
    ]
    assert moved.base_path == "/v2"


def test_the_two_descriptions_tell_of_the_same_api(shipped, provided):
    """Where they differ, DIFFERENCES.md of the shipped one says why; roles, effects and link targets never do."""
    ours, theirs = shipped.model, provided.model
    assert set(ours.by_key) == set(theirs.by_key)
    assert set(ours.by_name) == set(theirs.by_name)
    for key, mine in ours.by_key.items():
        other = theirs.by_key[key]
        assert (mine.role, mine.effect, mine.resource, mine.items_at, mine.pagination) == (
            other.role,
            other.effect,
            other.resource,
            other.items_at,
            other.pagination,
        )
        assert (mine.user_header, mine.user_required) == (other.user_header, other.user_required)
        assert {f.parameter: f.by_id_of for f in mine.filters} == {f.parameter: f.by_id_of for f in other.filters}
    for name, own in ours.by_name.items():
        other_links = theirs.by_name[name].links
        assert {each.path: (each.kind, each.targets, each.many) for each in own.links} == {
            each.path: (each.kind, each.targets, each.many) for each in other_links
        }


def test_loading_it_again_from_the_cache_keeps_the_digest(description, tmp_path):
    from pathlib import Path

    path = None if description.source == "shipped" else Path(description.source)
    fresh = load(path, cache_dir=tmp_path)
    assert fresh.digest == description.digest == fresh.model.digest


@pytest.mark.parametrize("name", ["resolve", "deref"])
def test_pointers_that_lead_nowhere_are_key_errors(shipped, name):
    bad = "#/components/schemas/Nothing"
    with pytest.raises(KeyError):
        getattr(shipped, name)(bad if name == "resolve" else {"$ref": bad})
