"""Twenty small projects for the comparison: each turns another screw of the wire format."""

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
