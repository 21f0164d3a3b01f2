"""Relations between recorded exchanges: what probes find by sending, found where the traffic holds both sides."""

from conformance.traffic.relations.judgement import judge_relations

__all__ = ["judge_relations"]
