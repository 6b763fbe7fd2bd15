"""The API that both clients talk to in the comparison: small, without a memory, the same answers for both."""
import json
import re

VERSION = "12ddae32-c9fd-0c69-69e0-3269ae104247"
OLDER = "5d0f9a10-1111-4c69-9a00-000000000001"
TIME = "2026-01-15T10:00:00.000Z"
LATER = "2026-01-16T10:00:00.000Z"
SUBSCRIPTION = {"id": "sub1", "name": "jobs r2", "created_at": TIME, "modified_at": TIME, "source": {"type": "r2"}, "enabled": True,
                "destination": {"type": "queues.queue", "queue_id": "q1"}, "events": ["bucket.created"]}
QUEUE = {"queue_id": "q1", "queue_name": "jobs", "producers": [], "producers_total_count": 0, "consumers_total_count": 2,
         "created_on": TIME, "modified_on": TIME, "settings": {"delivery_delay": 3, "message_retention_period": 900},
         "consumers": [{"consumer_id": "c1", "type": "worker", "script": "compat", "settings": {"batch_size": 3}},
                       {"consumer_id": "c2", "type": "http_pull", "settings": {}}]}
INSTANCE = {"id": "i1", "created_on": TIME, "modified_on": TIME, "status": "running", "version_id": "v", "workflow_id": "w",
            "trigger": {"source": "api"}, "steps": [], "queued": TIME, "start": TIME, "success": None, "error": None}
RULES = {"rules": [{"id": "old", "enabled": True, "conditions": {"prefix": "a/"}, "deleteObjectsTransition":
                    {"condition": {"type": "Age", "maxAge": 86400}}}]}


def version(identity, number, created, message=None):
    return {"id": identity, "number": number, "annotations": {"workers/message": message} if message else {},
            "metadata": {"created_on": created, "modified_on": created, "author_id": "u", "author_email": "a@b.c", "source": "wrangler"},
            "resources": {"bindings": [{"type": "secret_text", "name": "KEY"}, {"type": "plain_text", "name": "V", "text": "1"}],
                          "script": {"etag": "e", "handlers": ["fetch"], "last_deployed_from": "wrangler"},
                          "script_runtime": {"compatibility_date": "2026-01-15", "usage_model": "standard", "limits": {}}}}


VERSIONS = [version(VERSION, 2, LATER, "second"), version(OLDER, 1, TIME)]
DEPLOYMENTS = [
    {"id": "d2", "source": "wrangler", "strategy": "percentage", "author_email": "a@b.c", "created_on": LATER,
     "annotations": {"workers/triggered_by": "deployment"}, "versions": [{"version_id": VERSION, "percentage": 100}]},
    {"id": "d1", "source": "wrangler", "strategy": "percentage", "author_email": "a@b.c", "created_on": TIME,
     "annotations": {}, "versions": [{"version_id": OLDER, "percentage": 100}]}]


def good(result, status=200, info=None):
    envelope = {"success": True, "errors": [], "messages": [], "result": result}
    return status, {**envelope, "result_info": info} if info else envelope, {"Content-Type": "application/json"}


def refused(status, code):
    return status, {"success": False, "errors": [{"code": code, "message": "refused"}], "messages": [], "result": None}, \
        {"Content-Type": "application/json"}


def first_page(seen, items):
    """A list of one page: clients that go on until a page is empty must come to an end."""
    page = int(dict(seen.query).get("page", "1"))
    found = items if page == 1 else []
    return good(found, info={"page": page, "per_page": 20, "count": len(found), "total_count": len(items), "total_pages": 1})


def cursor_pages(seen):
    """Keys on two pages, the second reached by cursor."""
    if "cursor" in dict(seen.query):
        return good([{"name": "b"}], info={"count": 1, "cursor": ""})
    return good([{"name": "a"}], info={"count": 1, "cursor": "next"})


def import_step(seen):
    """Of a D1 import: where to upload, that it runs, that it is done."""
    action = json.loads(seen.body)["action"]
    if action == "init":
        return good({"success": True, "filename": "f.sql", "upload_url": f"http://{seen.headers['Host']}/upload/f.sql", "status": "active",
                     "messages": []})
    if action == "ingest":
        return good({"success": True, "at_bookmark": "mark1", "status": "active", "messages": ["working"], "type": "import"})
    return good({"success": True, "status": "complete", "type": "import", "messages": [],
                 "result": {"num_queries": 2, "final_bookmark": "m", "meta": {"duration": 1, "rows_read": 1, "rows_written": 1,
                                                                              "size_after": 1, "changes": 1}}})


def export_step(seen):
    if json.loads(seen.body).get("current_bookmark") is None:
        return good({"success": True, "at_bookmark": "mark1", "status": "active", "messages": ["Uploaded part 1"], "type": "export"})
    return good({"success": True, "at_bookmark": "mark1", "status": "complete", "messages": [], "type": "export",
                 "result": {"filename": "o.sql", "signed_url": f"http://{seen.headers['Host']}/download/o.sql"}})


def table(exists):
    """(method, path, answer); the first that fits counts."""
    script = {"id": "compat", "tag": "0" * 32, "tags": None, "last_deployed_from": exists if exists in ("dash", "api") else "wrangler",
              "migration_tag": None}
    domain = {"domain": "files.example.com", "zoneId": "z1", "enabled": True, "minTLS": "1.2",
              "status": {"ownership": "active", "ssl": "active"}}
    namespaces = [{"id": "kv1", "title": "cache"}, {"id": "kv2", "title": "compat-noid"}]
    database = {"uuid": "db1", "name": "app", "version": "production", "created_at": TIME, "num_tables": 1, "file_size": 4096,
                "read_replication": {"mode": "disabled"}}
    rows = [{"success": True, "results": [{"id": 1, "name": "0001_first.sql", "applied_at": TIME}], "meta": {"duration": 0.1, "changes": 0}}]
    bindings = [{"type": "kv_namespace", "name": "NOID", "namespace_id": "kv2"}, {"type": "plain_text", "name": "OLD", "text": "x"}]
    split = {**DEPLOYMENTS[0], "versions": [{"version_id": VERSION, "percentage": 60}, {"version_id": OLDER, "percentage": 40}]}
    live = {"versions": DEPLOYMENTS, "split": [split]}.get(exists, [])
    lost, gone = (lambda s: refused(404, 10007)), (lambda s: refused(404, 10090))
    return [
        ("GET", r"/workers/services/[^/]+$", (lambda s: good({"default_environment": {"environment": "production", "script": script}}))
            if exists else gone),
        ("GET", r"/secrets$", (lambda s: good([{"name": "KEY", "type": "secret_text"}])) if exists else lost),
        ("GET", r"/workers/subdomain$", lambda s: good({"subdomain": "acme"})),
        ("GET", r"/scripts/[^/]+/deployments$", (lambda s: good({"deployments": live}))
            if exists else lost),
        ("GET", r"/scripts/[^/]+/versions$", lambda s: good({"items": VERSIONS}, info={"page": 1, "per_page": 10, "count": 2, "total_count": 2})),
        ("GET", r"/versions/", lambda s: good(next((v for v in VERSIONS if s.path.endswith(v["id"])), VERSIONS[0]))),
        ("GET", r"/environments/production/bindings$", lambda s: good(bindings)),
        ("GET", r"/environments/production/subdomain$", lambda s: good({"enabled": True})),
        ("GET", r"/environments/production/routes$", lambda s: good([])),
        ("GET", r"/environments/production$", lambda s: good({"script": {**script, "compatibility_date": "2026-01-15",
                                                                      "compatibility_flags": ["python_workers"]}})),
        ("GET", r"/schedules$", lambda s: good({"schedules": []})),
        ("GET", r"/settings$", (lambda s: good({"bindings": bindings})) if exists else lost),
        ("GET", r"/workflows/[^/]+/instances/[^/]+$", lambda s: good(INSTANCE)),
        ("GET", r"/workflows/[^/]+/instances/?$", lambda s: first_page(s, [INSTANCE])),
        ("GET", r"/workflows/flow-live$", lambda s: good({"name": "flow-live", "id": "w", "script_name": "compat", "class_name": "Flow",
                                                          "created_on": TIME, "modified_on": TIME, "instances": {}})),
        ("GET", r"/workflows/[^/]+/versions$", lambda s: good([{"id": "v", "created_on": TIME}])),
        ("GET", r"/workflows/", lambda s: refused(404, 10200)),
        ("GET", r"/workflows$", lambda s: first_page(s, [{"name": "flow-live", "script_name": "compat", "class_name": "Flow",
                                                         "created_on": TIME, "modified_on": TIME}])),
        ("POST", r"/instances/batch/delete$", lambda s: good({"deleted": [{"id": i} for i in json.loads(s.body)["instances"]], "errors": []})),
        ("POST", r"/workflows/[^/]+/instances$", lambda s: good(INSTANCE)),
        ("POST", r"/assets-upload-session$", lambda s: good({"jwt": "e30.e30.c2ln", "buckets": [sorted(
            {e["hash"] for e in json.loads(s.body)["manifest"].values()})]})),
        ("POST", r"/assets/upload$", lambda s: good({"jwt": "e30.e30.ZG9uZQ"}, 201)),
        ("PUT", r"/scripts/[^/]+$", lambda s: good({"id": "compat", "deployment_id": VERSION.replace("-", ""), "startup_time_ms": 1})),
        ("POST", r"/scripts/[^/]+/versions$", lambda s: good({"id": VERSION, "metadata": {"has_preview": True}, "resources": {"script": {"etag": "e"}},
                                                              "startup_time_ms": 1})),
        ("PATCH", r"/versions/latest$", lambda s: good(version(VERSION, 3, LATER))),
        ("GET", r"/workers/workers/", lambda s: good({"subdomain": {"enabled": bool(exists), "previews_enabled": False}})),
        ("POST", r"/subdomain$", lambda s: good({"enabled": True, "previews_enabled": False})),
        ("GET", r"/references$", lambda s: good({"services": {"incoming": [], "outgoing": []}, "durable_objects": [], "dispatch_outbounds": []})),
        ("GET", r"/tails/by-consumer/", lambda s: good([])),
        ("GET", r"/durable_objects/namespaces$", lambda s: first_page(s, [])),
        ("POST", r"/storage/kv/namespaces$", lambda s: good({"id": "kv9", "title": json.loads(s.body)["title"]})),
        ("GET", r"/storage/kv/namespaces$", lambda s: first_page(s, namespaces)),
        ("GET", r"/storage/kv/namespaces/[^/]+/keys$", cursor_pages),
        ("GET", r"/storage/kv/namespaces/[^/]+/values/", lambda s: (200, "the value", {"Content-Type": "application/octet-stream"})),
        ("POST", r"/bulk/get$", lambda s: good({"values": {"a": "1"}})),
        ("GET", r"/storage/kv/namespaces/[^/]+$", lambda s: good(namespaces[0])),
        ("PUT", r"/storage/kv/namespaces/[^/]+$", lambda s: good({"id": "kv1", "title": json.loads(s.body)["title"]})),
        ("GET", r"/r2/buckets/[^/]+/objects/", lambda s: (200, "bytes", {"Content-Type": "text/plain"})),
        ("GET", r"/lifecycle$", lambda s: good(RULES)),
        ("GET", r"/lock$", lambda s: good({"rules": [{"id": "old", "enabled": True, "prefix": "", "condition": {"type": "Indefinite"}}]})),
        ("GET", r"/cors$", lambda s: good({"rules": [{"allowed": {"origins": ["*"], "methods": ["GET"]}}]})),
        ("GET", r"/domains/custom$", lambda s: good({"domains": [domain]})),
        ("GET", r"/domains/custom/", lambda s: good(domain)),
        ("GET", r"/domains/managed$", lambda s: good({"bucketId": "b", "domain": "pub.r2.dev", "enabled": True})),
        ("PUT", r"/domains/managed$", lambda s: good({"bucketId": "b", "domain": "pub.r2.dev", "enabled": True})),
        ("GET", r"/event_notifications/", lambda s: good({"bucketName": "photos", "queues": [{"queueId": "q1", "queueName": "jobs", "rules": [
            {"ruleId": "r1", "prefix": "", "suffix": "", "actions": ["PutObject"]}]}]})),
        ("GET", r"/sippy$", lambda s: good({"enabled": False})),
        ("GET", r"/r2/buckets/[^/]+$", lambda s: good({"name": "photos", "creation_date": TIME, "location": "WEUR", "storage_class": "Standard"})),
        ("GET", r"/r2/buckets$", lambda s: good({"buckets": [{"name": "photos", "creation_date": TIME}]})),
        ("POST", r"/graphql$", lambda s: (200, {"data": {"viewer": {"accounts": [{}]}}, "errors": None}, {"Content-Type": "application/json"})),
        ("POST", r"/d1/database/[^/]+/query$", lambda s: good(rows)),
        ("POST", r"/d1/database/[^/]+/import$", import_step),
        ("POST", r"/d1/database/[^/]+/export$", export_step),
        ("GET", r"/time_travel/bookmark$", lambda s: good({"bookmark": "mark"})),
        ("POST", r"/time_travel/restore$", lambda s: good({"bookmark": "mark", "previous_bookmark": "before", "message": "ok"})),
        ("PUT", r"^/upload/", lambda s: (200, "", {"ETag": '"%s"' % __import__("hashlib").md5(s.body).hexdigest()})),
        ("GET", r"^/download/", lambda s: (200, "create table t(x);\n", {"Content-Type": "text/plain"})),
        ("POST", r"/d1/database$", lambda s: good({**database, "name": json.loads(s.body)["name"]})),
        ("GET", r"/d1/database$", lambda s: first_page(s, [database])),
        ("GET", r"/d1/database/", lambda s: good(database)),
        ("GET", r"/queues$", lambda s: first_page(s, [QUEUE] if dict(s.query).get("name", "jobs") == "jobs" else [])),
        ("GET", r"/queues/q1/consumers$", lambda s: good(QUEUE["consumers"])),
        ("GET", r"/queues/q1$", lambda s: good(QUEUE)),
        ("POST", r"/queues$", lambda s: good({**QUEUE, "queue_name": json.loads(s.body)["queue_name"]})),
        ("GET", r"/event_subscriptions/subscriptions$", lambda s: good([SUBSCRIPTION])),
        ("GET", r"/event_subscriptions/subscriptions/", lambda s: good(SUBSCRIPTION)),
        ("POST", r"/event_subscriptions/", lambda s: good(SUBSCRIPTION)),
        ("PATCH", r"/event_subscriptions/", lambda s: good(SUBSCRIPTION)),
        ("GET", r"^/zones$", lambda s: good([{"id": "z1", "name": "example.com"}] if dict(s.query).get("name") == "example.com" else [])),
        ("GET", r"^/zones/z1/workers/routes$", lambda s: good([])),
        ("GET", r"^/zones/z1$", lambda s: good({"id": "z1", "name": "example.com"})),
        ("PUT", r"/scripts/[^/]+/routes$", lambda s: good([{"pattern": r["pattern"]} for r in json.loads(s.body)])),
        ("POST", r"/domains/changeset$", lambda s: good({"added": [], "removed": [], "updated": [], "conflicting": []})),
        ("GET", r"/tails$", lambda s: good([])),
        ("GET", r"/dispatch/namespaces$", lambda s: good([{"namespace_name": "ns", "namespace_id": "n"}])),
        ("GET", r"/dispatch/namespaces/ns$", lambda s: good({"namespace_name": "ns", "namespace_id": "n", "created_on": TIME})),
        ("POST", r"/dispatch/namespaces$", lambda s: good({"namespace_name": "ns", "namespace_id": "n"})),
        ("PUT", r"/dispatch/namespaces/ns$", lambda s: good({"namespace_name": "ns", "namespace_id": "n"})),
        ("GET", r"^/user/tokens/verify$", lambda s: good({"id": "t", "status": "active"})),
        ("GET", r"/tokens/verify$", lambda s: good({"id": "t", "status": "active"})),
        ("GET", r"^/user$", lambda s: good({"id": "u", "email": "a@b.c"})),
        ("GET", r"^/accounts$", lambda s: first_page(s, [{"id": "0af1c9a4b2de4c6f8a7b6c5d4e3f2a1b", "name": "One"}])),
        ("GET", r"^/memberships$", lambda s: first_page(s, [{"id": "m", "account": {"id": "0af1c9a4b2de4c6f8a7b6c5d4e3f2a1b", "name": "One"},
                                                            "roles": ["Admin"]}])),
    ]


def answers(exists, refusals=()):
    """exists: the Worker is there (True; "versions": with deployed ones; "split": two of them; "dash", "api": made there) or not. refusals: (method, path,
    status, code, times) that come before everything else."""
    known, left = table(exists), [list(item) for item in refusals]

    def answer(seen):
        for item in left:
            method, path, status, code, times = item
            if times and seen.method == method and re.search(path, seen.path):
                item[4] -= 1
                return refused(status, code)
        for method, path, make in known:
            if seen.method == method and re.search(path, seen.path):
                return make(seen)
        return good({})
    return answer
