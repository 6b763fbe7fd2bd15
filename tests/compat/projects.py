"""Small projects for the comparison: each turns another screw of the wire format."""

ENTRY = "from workers import WorkerEntrypoint, Response\n\n\nclass Default(WorkerEntrypoint):\n    pass\n\n\nclass Room:\n    pass\n\n\nclass Flow:\n    pass\n"
HEAD = 'name = "compat"\nmain = "src/entry.py"\ncompatibility_date = "2026-01-15"\ncompatibility_flags = ["python_workers"]\n'


def project(config="", arguments=(), exists=True, **files):
    """`files` are extra files; __ in a name stands for a slash, and a trailing _ is dropped."""
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()}
    return {"config": HEAD + config, "arguments": ["deploy", *arguments], "exists": exists,
            "files": {"src/entry.py": ENTRY, **named}}


PROJECTS = {
    "new": project(exists=False),
    "live": project(),
    "annotated": project(arguments=["--message", "späß \"x\"", "--tag", "v1"]),
    "vars": project('[vars]\nA = "1"\nB = 1.5\nC = true\nD = { x = [1, "y"] }\nE = ""\n'),
    "var flags": project('[vars]\nA = "1"\n', ["--var", "A:2", "B:x:y", "--keep-vars"]),
    "modules": project(src__a_dot_py="1\n", src__b_dot_txt="t", src__c_dot_md="no", src__d__e_dot_html="<p>", src__z_dot_bin="\x00"),
    "vendored": project(python_modules__x____init___dot_py="1\n", python_modules__workers__w_dot_js="export {}\n",
                        python_modules__x__y_dot_pyc="no"),
    "rules": project('[[rules]]\ntype = "Text"\nglobs = ["**/*.md"]\nfallthrough = true\n', src__c_dot_md="yes", src__b_dot_txt="t"),
    "rules end": project('[[rules]]\ntype = "Text"\nglobs = ["**/*.md"]\n', src__c_dot_md="yes", src__b_dot_txt="no"),
    "exclude": project('[python_modules]\nexclude = ["**/*.py"]\n', python_modules__x_dot_py="1\n", python_modules__y_dot_pyc="1\n"),
    "no modules": project("find_additional_modules = false\n", src__a_dot_py="1\n"),
    "services": project('[[services]]\nbinding = "S"\nservice = "other"\nentrypoint = "E"\n[[kv_namespaces]]\nbinding = "K"\nid = "1"\n'),
    "placement": project('logpush = true\n[placement]\nmode = "smart"\n[limits]\ncpu_ms = 50\n'),
    "observed": project('[observability]\nenabled = true\nhead_sampling_rate = 0.5\n[[tail_consumers]]\nservice = "t"\n'),
    "objects": project('[[durable_objects.bindings]]\nname = "R"\nclass_name = "Room"\n[[migrations]]\ntag = "v1"\n'
                       'new_sqlite_classes = ["Room"]\n'),
    "exports": project('[[durable_objects.bindings]]\nname = "R"\nclass_name = "Room"\n[exports.Room]\ntype = "durable-object"\n'
                       'storage = "sqlite"\n'),
    "cron": project('[triggers]\ncrons = ["* * * * *"]\n'),
    "no cron": project("[triggers]\ncrons = []\n"),
    "workflow": project('[[workflows]]\nbinding = "F"\nname = "flow"\nclass_name = "Flow"\n'),
    "assets": project('[assets]\ndirectory = "public"\nbinding = "ASSETS"\n', public__index_dot_html="<p>", public__noext="x"),
}

ALL_BINDINGS = """
[vars]
TEXT = "späß"
NUMBER = 1
[[kv_namespaces]]
binding = "KV"
id = "kv1"
[[d1_databases]]
binding = "D1"
database_name = "app"
database_id = "db1"
[[r2_buckets]]
binding = "R2"
bucket_name = "photos"
jurisdiction = "eu"
[[queues.producers]]
binding = "QUEUE"
queue = "jobs"
delivery_delay = 4
[[services]]
binding = "SERVICE"
service = "other"
environment = "production"
entrypoint = "E"
props = { a = 1 }
[[durable_objects.bindings]]
name = "OTHERS"
class_name = "Room"
script_name = "other"
[[workflows]]
binding = "THEIRS"
name = "their-flow"
class_name = "Flow"
script_name = "other"
[[vectorize]]
binding = "VECTORS"
index_name = "v"
[[hyperdrive]]
binding = "HYPER"
id = "h1"
[[analytics_engine_datasets]]
binding = "ANALYTICS"
dataset = "d"
[[mtls_certificates]]
binding = "CERT"
certificate_id = "c1"
[[send_email]]
name = "MAIL"
allowed_destination_addresses = ["a@b.c"]
[[send_email]]
name = "MAIL_ONE"
destination_address = "a@b.c"
[[secrets_store_secrets]]
binding = "STORED"
store_id = "s1"
secret_name = "n"
[[ratelimits]]
name = "LIMIT"
namespace_id = "1001"
simple = { limit = 5, period = 60 }
[[pipelines]]
binding = "PIPE"
pipeline = "p1"
[[dispatch_namespaces]]
binding = "DISPATCH"
namespace = "ns"
outbound = { service = "out", parameters = ["a"] }
[ai]
binding = "AI"
[browser]
binding = "BROWSER"
[images]
binding = "IMAGES"
[version_metadata]
binding = "META"
[[worker_loaders]]
binding = "LOADER"
[[unsafe.bindings]]
name = "UNSAFE"
type = "special"
extra = 1
"""
SITE = {"public__index_dot_html": "<p>", "public__app_dot_js": "1", "public__deep__x_dot_css": "a{}", "public___headers": "/*\n  X-A: b\n",
        "public___redirects": "/a /b 301\n", "public___dot_assetsignore": "*.map\nsecret/\n", "public__a_dot_map": "{}",
        "public__secret__k_dot_txt": "no"}
ROUTES = 'routes = ["example.com/a/*", { pattern = "example.com/b/*", zone_id = "z1" }, { pattern = "c.example.com", custom_domain = true }]\n'

PROJECTS |= {
    "all bindings": project(ALL_BINDINGS),
    "all bindings, new": project(ALL_BINDINGS, exists=False),
    "without ids": project('[[kv_namespaces]]\nbinding = "NOID"\n[[kv_namespaces]]\nbinding = "NEW_KV"\n[[d1_databases]]\nbinding = "NEW_DB"\n'
                           '[[r2_buckets]]\nbinding = "NEW_FILES"\n[[queues.producers]]\nbinding = "NEW_QUEUE"\n'),
    "no provision": project('[[kv_namespaces]]\nbinding = "K"\nid = "1"\n[[queues.producers]]\nbinding = "Q"\nqueue = "jobs"\n',
                            ["--no-x-provision"]),
    "site": project('[assets]\ndirectory = "public"\n', **SITE),
    "site with options": project('[assets]\ndirectory = "public"\nbinding = "ASSETS"\nhtml_handling = "drop-trailing-slash"\n'
                                 'not_found_handling = "404-page"\nrun_worker_first = ["/api/*", "!/api/x"]\n', **SITE),
    "site, Worker first": project('[assets]\ndirectory = "public"\nbinding = "ASSETS"\nrun_worker_first = true\n'
                                  'not_found_handling = "single-page-application"\n', **SITE),
    "site by option": project("", ["--assets", "public"], **SITE),
    "site, Worker in it": project('[assets]\ndirectory = "public"\n', public___worker_dot_js="x"),
    "routes": project(ROUTES),
    "routes and workers.dev": project("workers_dev = true\npreview_urls = true\n" + ROUTES),
    "no workers.dev": project("workers_dev = false\n"),
    "no previews": project("preview_urls = false\n"),
    "route options": project("", ["--route", "example.com/x/*", "--domain", "d.example.com", "--schedule", "1 1 * * *"]),
    "wrong route": project('route = "nowhere.invalid/*"\n'),
    "environment": project('[env.staging]\nname = "compat-s"\n[env.staging.vars]\nS = "1"\n', ["--env", "staging"]),
    "environment's own": project('[vars]\nA = "1"\n[observability]\nenabled = true\n[env.staging]\nworkers_dev = false\n'
                                 'routes = ["example.com/s/*"]\n[env.staging.placement]\nmode = "smart"\n', ["--env", "staging"], exists=False),
    "top level": project('[env.staging]\n', ["--env", ""]),
    "no environment chosen": project('[env.staging]\n'),
    "migrations": project('[[durable_objects.bindings]]\nname = "R"\nclass_name = "Room"\n[[migrations]]\ntag = "v1"\n'
                          'new_classes = ["Old"]\n[[migrations]]\ntag = "v2"\nrenamed_classes = [{ from = "Old", to = "Room" }]\n'
                          '[[migrations]]\ntag = "v3"\ndeleted_classes = ["Room"]\n[[migrations]]\ntag = "v4"\nnew_sqlite_classes = ["Room"]\n'),
    "own workflow": project('[[workflows]]\nbinding = "F"\nname = "flow-live"\nclass_name = "Flow"\nlimits = { steps = 100 }\n'),
    "consumers": project('[[queues.consumers]]\nqueue = "jobs"\nmax_batch_size = 5\nmax_batch_timeout = 2\nmax_retries = 3\n'
                         'dead_letter_queue = "dead"\nmax_concurrency = 2\nretry_delay = 9\n'),
    "consumers, none": project('[[queues.consumers]]\nqueue = "nosuch"\n'),
    "HTTP consumer": project('[[queues.consumers]]\nqueue = "jobs"\ntype = "http_pull"\nvisibility_timeout_ms = 4000\n'),
    "settings": project('logpush = false\n[limits]\ncpu_ms = 100\nsubrequests = 7\n[placement]\nmode = "off"\n[observability]\nenabled = true\n'
                        '[observability.logs]\nenabled = true\ninvocation_logs = false\nhead_sampling_rate = 0.1\n'
                        '[[tail_consumers]]\nservice = "t"\nenvironment = "production"\n'),
    "placed": project('[placement]\nregion = "aws:us-east-1"\n'),
    "kept variables": project('keep_vars = true\n[vars]\nA = "1"\n'),
    "code at once": project("", ["--durable-objects-code-update-mode", "immediate"]),
    "secrets along": project("", ["--secrets-file", "secrets.env"], secrets_dot_env="A=1\nB=\"two words\"\n"),
    "required secrets": project('[secrets]\nrequired = ["KEY"]\n'),
    "unsafe": project('[unsafe.metadata]\nx = { y = 1 }\n'),
    "capnp": project('[[rules]]\ntype = "CompiledWasm"\nglobs = ["**/*.wasm"]\n', src__a_dot_wasm="\0asm"),
    "base folder": project('base_dir = "."\n', src__b_dot_py="1\n", other_dot_py="2\n"),
    "dispatched": project("", ["--dispatch-namespace", "ns"]),
    "from the dashboard": project('[vars]\nA = "1"\n', exists="dash"),
    "from the dashboard, strict": project("", ["--strict"], exists="dash"),
    "by the API, strict": project("", ["--strict"], exists="api"),
    "split traffic": project("", exists="split"),
    "dry run": project(ALL_BINDINGS, ["--dry-run"]),
    "name": project("", ["--name", "other"]),
    "script": project("", ["src/other.py"], src__other_dot_py=ENTRY),
    "flags and date": project("", ["--compatibility-date", "2026-02-02", "--compatibility-flags", "python_workers", "nodejs_compat"]),
    "dotted names": project("", src___dot_hidden__a_dot_py="1\n", **{"src__späß__mod é_dot_py": "1\n"}),
}


def refusing(*refusals, exists=True, config=""):
    return {**project(config, exists=exists), "refusals": list(refusals)}


PROJECTS |= {
    "refused: service": refusing(("GET", "/services/compat$", 403, 10000, 9)),
    "refused: service, 500": refusing(("GET", "/services/compat$", 500, 10001, 1)),
    "refused: deployments": refusing(("GET", "/deployments$", 500, 10001, 1)),
    "refused: settings": refusing(("GET", "/settings$", 500, 10001, 1)),
    "refused: put": refusing(("PUT", "/scripts/compat$", 400, 10021, 1), exists=False),
    "refused: put, once": refusing(("PUT", "/scripts/compat$", 500, 10013, 1), exists=False),
    "refused: put, always": refusing(("PUT", "/scripts/compat$", 503, 10013, 9), exists=False),
    "refused: version, too large": refusing(("POST", "/versions$", 413, 10027, 1)),
    "refused: version, twice": refusing(("POST", "/versions$", 502, 10013, 2)),
    "refused: deployment": refusing(("POST", "/deployments$", 500, 10001, 1)),
    "refused: script settings": refusing(("PATCH", "/script-settings$", 500, 10001, 1)),
    "refused: Worker": refusing(("GET", "/workers/workers/compat$", 500, 10001, 1)),
    "refused: subdomain": refusing(("POST", "/subdomain$", 500, 10001, 9)),
    "refused: no subdomain": refusing(("GET", "/workers/subdomain$", 404, 10007, 9), exists=False),
    "refused: schedules": refusing(("PUT", "/schedules$", 400, 10001, 1), config='[triggers]\ncrons = ["* * * * *"]\n'),
    "refused: routes": refusing(("PUT", "/routes$", 400, 10020, 1), config="workers_dev = false\n" + ROUTES),
    "refused: routes, token": refusing(("PUT", "/routes$", 403, 10000, 1), config="workers_dev = false\n" + ROUTES),
    "refused: domains": refusing(("PUT", "/domains/records$", 400, 100117, 1), config=ROUTES),
    "refused: workflow": refusing(("PUT", "/workflows/flow$", 400, 10208, 1),
                                  config='[[workflows]]\nbinding = "F"\nname = "flow"\nclass_name = "Flow"\n'),
    "refused: consumer": refusing(("POST|PUT", "/consumers", 400, 100127, 1), ("PUT", "/consumers", 400, 100127, 1),
                                  config='[[queues.consumers]]\nqueue = "jobs"\n'),
    "refused: assets session": {**project('[assets]\ndirectory = "public"\n', public__a_dot_txt="a"),
                                "refusals": [("POST", "/assets-upload-session$", 400, 10001, 1)]},
}
