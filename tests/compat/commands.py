"""Every other command of the areas that pyw covers, as lines of a table: what both clients are run with.

A line: the arguments, then in any order `< text` (stdin), `! METHOD PATTERN STATUS CODE [TIMES]` (what the API refuses, once or
so many times) and `@ new`, `@ versions` (the Worker is not there; it has deployed versions). Lines that start with # are headings.
"""
import shlex

from projects import ENTRY, HEAD

CONFIG = HEAD + """
[[kv_namespaces]]
binding = "CACHE"
id = "kv1"
preview_id = "kvp"
[[kv_namespaces]]
binding = "NOID"
[[d1_databases]]
binding = "DB"
database_name = "app"
database_id = "db1"
preview_database_id = "dbp"
[[d1_databases]]
binding = "BYNAME"
database_name = "app2"
migrations_dir = "changes"
migrations_table = "done"
[[d1_databases]]
binding = "NO_NAME"
[[r2_buckets]]
binding = "FILES"
bucket_name = "photos"
[[queues.producers]]
binding = "JOBS"
queue = "jobs"
[env.staging]
[[env.staging.kv_namespaces]]
binding = "CACHE"
id = "kvs"
"""
BOTH = """
[[kv_namespaces]]
binding = "BOTH"
id = "kv1"
preview_id = "kvp"
"""
FILES = {
    "src/entry.py": ENTRY,
    "value.txt": "from a file\n",
    "pairs.json": '[{"key": "a", "value": "1"}, {"key": "b", "value": "Mg==", "base64": true, "expiration_ttl": 60, "metadata": {"x": 1}}]',
    "keys.json": '["a", {"name": "b"}]',
    "wrong.json": '{"a": 1}',
    "secrets.json": '{"A": "1", "B": "two", "C": null}',
    "secrets.env": "A=1\nB='two words' # comment\n",
    "schema.sql": "create table t(x);\ninsert into t values (1);\n",
    "migrations/0001_first.sql": "create table t(x);\n",
    "migrations/0002_second.sql": "insert into t values ('ä');\n",
    "changes/0001_one.sql": "select 1;\n",
    "lifecycle.json": '{"rules": [{"id": "r", "enabled": true, "conditions": {"prefix": ""}, "deleteObjectsTransition":'
                      ' {"condition": {"type": "Age", "maxAge": 86400}}}]}',
    "lock.json": '{"rules": [{"id": "r", "enabled": true, "condition": {"type": "Age", "maxAgeSeconds": 86400}}]}',
    "cors.json": '{"rules": [{"allowed": {"origins": ["https://a.example"], "methods": ["GET"]}, "maxAgeSeconds": 60}]}',
}
TABLE = """
# kv
kv namespace create cache
kv namespace create cache --preview
kv namespace create cache --env staging
kv namespace create cache --jurisdiction eu
kv namespace create cache ! POST namespaces$ 400 10014
kv namespace list
kv namespace delete --binding CACHE
kv namespace delete --binding CACHE --preview
kv namespace delete --namespace-id kv1
kv namespace delete --namespace-id kv1 --skip-confirmation
kv namespace delete cache -y
kv namespace delete nosuch -y
kv namespace delete --binding NOSUCH
kv namespace delete
kv namespace delete --namespace-id kv1 ! DELETE namespaces/kv1 404 10013
kv namespace rename cache --new-name store
kv namespace rename --namespace-id kv1 --new-name store
kv namespace rename nosuch --new-name store
kv key put a/b hello --binding CACHE --remote
kv key put "späß x" "" --namespace-id kv1 --remote
kv key put a 1 --binding CACHE --remote --preview
kv key put a 1 --binding CACHE --remote --env staging
kv key put a 1 --binding NOID --remote
kv key put a --path value.txt --binding CACHE --remote
kv key put a 1 --ttl 60 --binding CACHE --remote
kv key put a 1 --expiration 1893456000 --binding CACHE --remote
kv key put a 1 --metadata '{"x":[1, 2]}' --binding CACHE --remote
kv key put a --path value.txt --metadata '{"x":1}' --ttl 90 --namespace-id kv1 --remote
kv key put a 1 --binding NOSUCH --remote
kv key put a --binding CACHE --remote
kv key put a 1 --binding CACHE --remote ! PUT values 400 10042
kv key get a/b --binding CACHE --remote
kv key get a --text --namespace-id kv1 --remote
kv key get a --binding CACHE --preview --remote
kv key get a --remote
kv key get a --binding CACHE --remote ! GET values 404 10009
kv key put a 1 --binding BOTH --remote
kv key put a 1 --binding BOTH --remote --preview
kv key put a 1 --binding BOTH --remote --preview false
kv key get a --binding BOTH --remote
kv key list --binding BOTH --remote --preview
kv key delete a --binding BOTH --remote
kv bulk get keys.json --binding BOTH --remote
kv namespace delete --binding BOTH
kv namespace delete --binding BOTH --preview
kv key list --binding CACHE --remote
kv key list --binding CACHE --remote --prefix user:
kv key list --namespace-id kv1 --remote --preview
kv key list --namespace-id kv1 --remote ! GET keys 404 10013
kv key delete a/b --binding CACHE --remote
kv key delete a --namespace-id kv1 --remote --preview
kv key delete a --namespace-id kv1 --remote ! DELETE values 404 10009
kv bulk put pairs.json --binding CACHE --remote
kv bulk put pairs.json --namespace-id kv1 --remote --preview
kv bulk put wrong.json --binding CACHE --remote
kv bulk put nosuch.json --binding CACHE --remote
kv bulk put keys.json --binding CACHE --remote
kv bulk put pairs.json --binding CACHE --remote ! PUT bulk 400 10012
kv bulk get keys.json --binding CACHE --remote
kv bulk get wrong.json --binding CACHE --remote
kv bulk delete keys.json --binding CACHE --remote
kv bulk delete keys.json --binding CACHE --remote --force
kv bulk delete wrong.json --binding CACHE --remote --force
# r2
r2 bucket create photos
r2 bucket create photos --location weur --storage-class InfrequentAccess
r2 bucket create photos -J eu
r2 bucket create photos --location weur -J eu
r2 bucket create photos ! POST buckets 400 10004
r2 bucket create Wrong_Name
r2 bucket list
r2 bucket list -J eu
r2 bucket list ! GET buckets 500 10001
r2 bucket info photos
r2 bucket info photos --json
r2 bucket info photos -J eu --json
r2 bucket info photos ! GET buckets/photos 404 10006 9
r2 bucket delete photos
r2 bucket delete photos -J eu
r2 bucket delete photos ! DELETE buckets 404 10006
r2 bucket update storage-class photos -s InfrequentAccess
r2 bucket update storage-class photos -s InfrequentAccess -J eu
r2 bucket lifecycle list photos
r2 bucket lifecycle add photos rule logs/ --expire-days 30 -y
r2 bucket lifecycle add photos rule logs/ --expire-date 2030-01-02 -y
r2 bucket lifecycle add photos rule --ia-transition-days 10 --abort-multipart-days 2 -y
r2 bucket lifecycle add photos --id rule --prefix x --ia-transition-date 2030-01-02 --expire-days 400 -y -J eu
r2 bucket lifecycle add photos rule x -y
r2 bucket lifecycle remove photos --id old
r2 bucket lifecycle remove photos --name nosuch
r2 bucket lifecycle set photos --file lifecycle.json -y
r2 bucket lifecycle set photos --file wrong.json -y
r2 bucket lock list photos
r2 bucket lock add photos rule logs/ --retention-days 30 -y
r2 bucket lock add photos rule logs/ --retention-date 2030-01-02 -y
r2 bucket lock add photos rule logs/ --retention-indefinite -y
r2 bucket lock add photos rule logs/ -y
r2 bucket lock remove photos --id old
r2 bucket lock remove photos --id nosuch
r2 bucket lock set photos --file lock.json -y
r2 bucket cors list photos
r2 bucket cors set photos --file cors.json -y
r2 bucket cors set photos --file wrong.json -y
r2 bucket cors delete photos -y
r2 bucket cors delete photos -J eu
r2 bucket domain list photos
r2 bucket domain get photos --domain files.example.com
r2 bucket domain add photos --domain files.example.com --zone-id z1 -y
r2 bucket domain add photos --domain files.example.com --zone-id z1 --min-tls 1.3 -y -J eu
r2 bucket domain remove photos --domain files.example.com -y
r2 bucket domain update photos --domain files.example.com --min-tls 1.3
r2 bucket domain list photos ! GET custom 404 10006
r2 bucket dev-url get photos
r2 bucket dev-url enable photos -y
r2 bucket dev-url disable photos -y -J eu
r2 bucket notification list photos
r2 bucket notification get photos
r2 bucket notification create photos --event-type object-create --queue jobs
r2 bucket notification create photos --event-types object-create object-delete --prefix a/ --suffix .png --queue jobs --description d -J eu
r2 bucket notification create photos --event-type object-create --queue nosuch
r2 bucket notification delete photos --queue jobs
r2 bucket notification delete photos --queue jobs --rule r1
r2 bucket sippy get photos
r2 bucket sippy disable photos
r2 object put photos/a/b.png --file value.txt --remote
r2 object put "photos/a b/ü.txt" --file value.txt --ct text/plain --cd inline --ce gzip --cl en --cc max-age=1 --expires "Thu, 01 Jan 2030 00:00:00 GMT" -s InfrequentAccess --remote -J eu
r2 object put photos/a.txt --pipe --remote < from stdin
r2 object put photos/a.txt --file value.txt --force --remote
r2 object put photos --file value.txt --remote
r2 object put photos/a.txt --file nosuch.txt --remote
r2 object put photos/a.txt --remote
r2 object put photos/a.txt --file value.txt --remote ! PUT objects 404 10006
r2 object put photos/a.txt --file value.txt --remote ! PUT objects 500 10001
r2 object get photos/a/b.png --remote
r2 object get photos/a.txt --file out/x.txt --remote
r2 object get photos/a.txt --pipe --remote -J eu
r2 object get photos/a.txt --remote ! GET objects 404 10007
r2 object delete photos/a/b.png --remote
r2 object delete photos/a.txt --remote --force -J eu
r2 object delete photos/a.txt --remote ! DELETE objects 404 10007
# d1
d1 create app
d1 create app --location weur
d1 create app --jurisdiction eu
d1 create app ! POST database 400 7502
d1 create app ! POST database 400 7406
d1 list
d1 list --json
d1 info app
d1 info DB --json
d1 info other
d1 info other ! GET database/other 404 7404
d1 delete app
d1 delete DB -y
d1 delete other --skip-confirmation
d1 execute DB --remote --command "select 1; select 2"
d1 execute app --remote --command "select 1" --json
d1 execute DB --remote --preview --command "select 1"
d1 execute DB --preview --command "select 1"
d1 execute BYNAME --remote --command "select 1"
d1 execute NO_NAME --remote --command "select 1"
d1 execute other --remote --command "select 1"
d1 execute other --remote --command "select 1" ! GET database/other 404 7404
d1 execute DB --remote --command "select 1" ! POST query 400 7500
d1 execute DB --remote --command "select 1" ! POST query 500 7500
d1 execute DB --remote --file schema.sql
d1 execute DB --remote --file schema.sql --yes --json
d1 execute DB --remote --file nosuch.sql
d1 execute DB --remote --file schema.sql ! POST import 400 7500
d1 execute DB --remote
d1 execute DB --remote --command "select 1" --file schema.sql
d1 export DB --remote --output out.sql
d1 export DB --remote --output out.sql --no-schema
d1 export DB --remote --output out.sql --no-data
d1 export DB --remote --output out.sql --table t --table u -y
d1 export DB --remote --output out.sql --compatibility sqlite3_cli_only
d1 export DB --remote
d1 export DB --remote --output out.sql --no-schema --no-data
d1 export other --remote --output out.sql
d1 export DB --remote --output out.sql ! POST export 400 7500
d1 migrations list DB --remote
d1 migrations list BYNAME --remote
d1 migrations list DB --remote --preview
d1 migrations list nosuch --remote
d1 migrations apply DB --remote
d1 migrations apply DB --remote --preview
d1 migrations apply BYNAME --remote
d1 migrations apply DB --remote ! POST query 400 7500
d1 time-travel info DB
d1 time-travel info app --json
d1 time-travel info DB --timestamp 2026-11-20T00:00:00Z
d1 time-travel info DB --timestamp 1795132800
d1 time-travel info DB --timestamp tomorrow
d1 time-travel info DB --timestamp 2020-01-01T00:00:00Z
d1 time-travel restore DB --bookmark mark --json
d1 time-travel restore DB --bookmark mark
d1 time-travel restore DB --timestamp 2026-11-20T00:00:00+01:00 --json
d1 time-travel restore DB
d1 time-travel restore DB --bookmark mark --timestamp 2026-11-20T00:00:00Z
# queues
queues create jobs
queues create jobs --delivery-delay-secs 5
queues create jobs --message-retention-period-secs 120 --delivery-delay-secs 0
queues create jobs --jurisdiction eu
queues create jobs --delivery-delay-secs 90000
queues create jobs --message-retention-period-secs 5
queues create jobs ! POST queues$ 409 11009
queues create jobs ! POST queues$ 400 100128
queues update jobs --delivery-delay-secs 7
queues update jobs --message-retention-period-secs 240
queues update jobs
queues update nosuch --delivery-delay-secs 7
queues list
queues list --page 2
queues info jobs
queues info nosuch
queues delete jobs
queues delete nosuch
queues pause-delivery jobs
queues resume-delivery jobs
queues purge jobs --force
queues purge jobs
queues purge nosuch --force
queues consumer add jobs compat
queues consumer add jobs compat --batch-size 5 --batch-timeout 2 --message-retries 3 --dead-letter-queue dead --max-concurrency 4 --retry-delay-secs 9
queues consumer add jobs compat --batch-timeout 0 --env staging
queues consumer add nosuch compat
queues consumer add jobs compat ! POST consumers 400 100127
queues consumer remove jobs compat
queues consumer remove jobs other
queues consumer remove jobs compat --env staging
queues consumer list jobs
queues consumer list jobs --json
queues consumer worker add jobs compat
queues consumer worker remove jobs compat
queues consumer worker list jobs --json
queues consumer http add jobs
queues consumer http add jobs --batch-size 5 --message-retries 3 --dead-letter-queue dead --visibility-timeout-secs 4 --retry-delay-secs 9
queues consumer http remove jobs
queues consumer http list jobs --json
queues subscription create jobs --source r2 --events bucket.created
queues subscription create jobs --source workersAi.model --model-name m --events "batch.queued, batch.succeeded" --name n --enabled=false
queues subscription create jobs --source workersBuilds.worker --worker-name w --events build.started
queues subscription create jobs --source workflows.workflow --workflow-name w --events instance.started
queues subscription create jobs --source workflows.workflow --events instance.started
queues subscription create jobs --source kv --events namespace.created
queues subscription list jobs
queues subscription list jobs --page 2 --per-page 5 --json
queues subscription get jobs --id sub1
queues subscription delete jobs --id sub1
queues subscription delete jobs --id sub1 --force
queues subscription update jobs --id sub1 --name new --events a,b --enabled
queues subscription update jobs --id sub1 --enabled=false --json
queues subscription update jobs --id sub1
# workflows
workflows list
workflows list --page 2 --per-page 5
workflows list --json
workflows describe flow-live
workflows describe flow-live --json
workflows describe nosuch
workflows delete flow-live
workflows trigger flow-live
workflows trigger flow-live '{"a": [1, "ü"]}' --id mine
workflows trigger flow-live '{oops'
workflows trigger flow-live ! POST instances 404 10200
workflows instances list flow-live
workflows instances list flow-live --status running --page 2 --per-page 7
workflows instances list flow-live --reverse --json
workflows instances list flow-live --date-start 2026-01-01 --date-end 2026-01-02
workflows instances list flow-live --date-start 2026-01-01T13:00:00
workflows instances list flow-live --status nosuch
workflows instances list flow-live --date-start 2026-02-30
workflows instances describe flow-live i1
workflows instances describe flow-live latest
workflows instances describe flow-live
workflows instances describe flow-live i1 --json
workflows instances terminate flow-live i1
workflows instances terminate flow-live latest --rollback
workflows instances pause flow-live i1
workflows instances resume flow-live latest
workflows instances restart flow-live i1
workflows instances restart flow-live i1 --from-step-name s --from-step-count 2 --from-step-type do
workflows instances restart flow-live i1 --from-step-name s
workflows instances restart flow-live i1 --from-step-count 2
workflows instances restart flow-live i1 ! PATCH status 404 10201
workflows instances send-event flow-live i1 --type approved --payload '{"ok": true}'
workflows instances send-event flow-live latest --type approved
workflows instances terminate-all flow-live
workflows instances terminate-all flow-live --status running
workflows instances delete flow-live i1 latest
workflows instances delete flow-live
# secrets
secret put KEY < value
secret put KEY --env staging < value
secret put KEY --name other < value
secret put KEY --name other --env staging < value
secret put KEY < value ! PUT secrets$ 404 10007
secret put KEY < value ! PUT secrets$ 400 10215
secret put KEY < value ! PUT secrets$ 500 10001
secret list
secret list --format pretty
secret list --env staging
secret list ! GET secrets$ 404 10007
secret delete KEY
secret delete "a/b c" --name other
secret delete KEY ! DELETE secrets/KEY 404 10056
secret bulk secrets.json
secret bulk secrets.env
secret bulk < {"A": "1"}
secret bulk secrets.json --name other
secret bulk wrong.json
secret bulk nosuch.json
secret bulk secrets.json ! PATCH secrets-bulk 404 10007
secret bulk secrets.json ! PATCH secrets-bulk 400 10021
versions secret put KEY < value
versions secret put KEY --message m --tag t --name other < value
versions secret put KEY --env staging < value
versions secret put KEY < value ! PATCH latest 404 10007
versions secret put KEY < value ! PATCH latest 400 10215
versions secret delete KEY
versions secret delete KEY --message m --tag t
versions secret bulk secrets.json
versions secret bulk secrets.env --message m --tag t
versions secret bulk < {"A": "1"}
versions secret list @ versions
versions secret list --latest-version @ versions
versions secret list --name other
# versions and deployments
versions list @ versions
versions list --json @ versions
versions list --name other @ versions
versions list ! GET versions$ 404 10007
versions view 5d0f9a10-1111-4c69-9a00-000000000001
versions view 5d0f9a10-1111-4c69-9a00-000000000001 --json
versions view 5d0f9a10-1111-4c69-9a00-000000000001 ! GET versions/ 404 10214
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@100 -y @ versions
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001 -y @ versions
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@10 12ddae32-c9fd-0c69-69e0-3269ae104247@90 --message m @ versions
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@10% 12ddae32-c9fd-0c69-69e0-3269ae104247 -y @ versions
versions deploy --version-id 5d0f9a10-1111-4c69-9a00-000000000001 --percentage 30 --version-id 12ddae32-c9fd-0c69-69e0-3269ae104247 --percentage 70 -y @ versions
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@50 12ddae32-c9fd-0c69-69e0-3269ae104247@60 -y @ versions
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@100 -y --dry-run @ versions
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@100 -y --durable-objects-code-update-mode immediate @ versions
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@100 -y @ versions ! POST deployments 500 10001
versions deploy 5d0f9a10-1111-4c69-9a00-000000000001@100 -y --name other @ versions
versions upload @ versions
versions upload --message m --tag t @ versions
versions upload --preview-alias pre @ versions
versions upload --dry-run @ versions
versions upload --env staging @ versions
versions upload @ new
versions upload @ versions ! POST versions$ 400 10021
versions upload @ versions ! POST versions$ 400 10027
deployments list @ versions
deployments list --json @ versions
deployments list --name other @ versions
deployments list ! GET deployments 404 10007
deployments status @ versions
deployments status --json @ versions
deployments status
rollback @ versions
rollback 5d0f9a10-1111-4c69-9a00-000000000001 @ versions
rollback 5d0f9a10-1111-4c69-9a00-000000000001 --message back -y @ versions
rollback 5d0f9a10-1111-4c69-9a00-000000000001 --name other -y @ versions
rollback -y @ versions ! POST deployments 400 10220
rollback
triggers deploy
triggers deploy --name other
triggers deploy --route example.com/x/* --schedule "1 1 * * *"
triggers deploy --dry-run
triggers deploy --env staging
delete
delete --dry-run
delete --name other
delete --env staging
delete --force
delete ! DELETE services 404 10090
# identity
whoami
whoami --account 0af1c9a4b2de4c6f8a7b6c5d4e3f2a1b
whoami --json
whoami ! GET verify 401 1000 9
# dispatch namespaces
dispatch-namespace list
dispatch-namespace get ns
dispatch-namespace create ns
dispatch-namespace delete ns
dispatch-namespace rename ns ns
"""


def parse(line):
    arguments, stdin, refusals, exists = line, "", [], True
    words = {"<": " < ", "!": " ! ", "@": " @ "}
    ends = sorted((arguments.find(mark), key) for key, mark in words.items() if mark in arguments) + [(len(line), "")]
    for (start, key), (end, _) in zip(ends, ends[1:]):
        text = line[start + 3:end]
        if key == "<":
            stdin = text
        elif key == "@":
            exists = {"new": False, "versions": "versions"}[text.strip()]
        else:
            method, path, status, code, *times = text.split()
            refusals.append((method, path, int(status), int(code), int(times[0]) if times else 1))
    # A namespace with two ids asks which one is meant; most lines should not be about that.
    config = BOTH.join(CONFIG.split('preview_id = "kvp"\n', 1)) if line.startswith("kv ") else CONFIG
    return {"config": config, "files": FILES, "arguments": shlex.split(line[:ends[0][0]]), "stdin": stdin,
            "refusals": refusals, "exists": exists, "ordered": True}


COMMANDS = {line: parse(line) for line in TABLE.splitlines() if line and not line.startswith("#")}
