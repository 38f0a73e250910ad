"""Lines as real software writes them: each has the level that its own field tells, and its time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cockpit.logs.classify import Classifier
from cockpit.logs.levels import named_level
from cockpit.logs.line import Level
from cockpit.logs.seek import may_hold_error

NOW = datetime(2026, 7, 1, 12, 30, tzinfo=UTC).timestamp()
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()

# The level, `-` where the line tells none; `@` where it tells the time, noon.
# fmt: off
LINES = [
    # haproxy
    ("info @",
     'Jul  1 12:00:00 lb1 haproxy[1234]: 10.0.0.1:5 [01/Jul/2026:12:00:00.123] fe be/srv1 0/0/1/5/6 200 51'
     '2 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"'),
    ("- @",
     'Jul  1 12:00:00 lb1 haproxy[1234]: Server be/srv1 is DOWN, reason: Layer4 timeout, check duration: 2'
     '001ms. 0 active and 0 backup servers left.'),
    ("info @", '<134>Jul  1 12:00:00 haproxy[12]: Connect from 10.0.0.1:5 to 10.0.0.2:80 (fe/HTTP)'),
    ("fatal @", '<129>Jul  1 12:00:00 haproxy[12]: backend be has no server available!'),
    # WebSphere, WebLogic
    ("error @", '[7/1/26 12:00:00:000 UTC] 0000004a ServletWrappe E   SRVE0068E: Uncaught exception thrown'),
    ("warning @", '[7/1/26 14:00:00:000 CEST] 0000002c ThreadMonitor W   WSVR0605W: Thread "WebContainer : 5" is hung'),
    ("notice @", '[7/1/26 12:00:00:000 UTC] 00000001 WsServerImpl  A   WSVR0001I: Server server1 open for e-business'),
    ("- @", '[7/1/26 12:00:00:000 UTC] 0000004a SystemErr     R an ERROR of somebody'),
    ("trace @", '[7/1/26 12:00:00:000 UTC] 0000004a WebApp        > init Entry'),
    ("error @",
     '####<Jul 1, 2026 12:00:00,000 PM UTC> <Error> <HTTP> <host1> <AdminServer> <[ACTIVE] Thread> <<WLS Kernel>> <'
     '> <> <1782907200000> <BEA-101017> <ServletContext failed>'),
    ("warning @", '<Jul 1, 2026 12:00:00 PM UTC> <Warning> <Socket> <BEA-000449> <Closing socket as no data read>'),
    # PHP in a zone of its own, Telegraf, Android, X
    ("warning @", '[01-Jul-2026 14:00:00 Europe/Berlin] PHP Warning:  Undefined variable $x in /a.php on line 3'),
    ("error @", '2026-07-01T12:00:00Z E! [outputs.influxdb] When writing to [http://db]: refused'),
    ("info @", '2026-07-01T12:00:00Z I! Starting Telegraf 1.20'),
    ("error", 'E/ActivityManager( 1000): ANR in org.example'),
    ("debug", 'V/Wifi(  12): the word ERROR is not its level'),
    ("error", '[    12.345] (EE) Failed to load module "x"'),
    ("warning", '(WW) warning, (EE) error, (NI) not implemented, (??) unknown.'),
    # nginx error
    ("error @",
     '2026/07/01 12:00:00 [error] 12#12: *5 connect() failed (111: Connection refused) while connecting to'
     ' upstream, client: 10.0.0.1'),
    ("fatal @", '2026/07/01 12:00:00 [emerg] 1#1: bind() to 0.0.0.0:80 failed'),
    ("fatal @", '2026/07/01 12:00:00 [crit] 1#1: *1 SSL_do_handshake() failed'),
    ("fatal @", '2026/07/01 12:00:00 [alert] 1#1: worker process 7 exited on signal 9'),
    ("notice @", '2026/07/01 12:00:00 [notice] 1#1: signal process started'),
    ("warning @", '2026/07/01 12:00:00 [warn] 1#1: conflicting server name "x" on 0.0.0.0:80, ignored'),
    # apache error
    ("error @",
     '[Wed Jul 01 12:00:00.000000 2026] [proxy:error] [pid 7:tid 140] (111)Connection refused: AH00957: HT'
     'TP: attempt to connect'),
    ("notice @", '[Wed Jul 01 12:00:00.000000 2026] [mpm_event:notice] [pid 1:tid 2] AH00489: Apache/2.4 configured'),
    ("trace @", '[Wed Jul 01 12:00:00.000000 2026] [core:trace3] [pid 1] x'),
    ("warning @", '[Wed Jul 01 12:00:00 2026] [warn] RSA server certificate CommonName (CN) does NOT match'),
    # syslog
    ("error @", '<11>Jul  1 12:00:00 host app[9]: it broke'),
    ("notice @", '<165>1 2026-07-01T12:00:00.000Z host app 99 ID47 [ex@1 a="b"] hello'),
    ("fatal @", "<34>1 2026-07-01T12:00:00Z host su - ID47 - 'su root' failed"),
    ("- @", '2026-07-01T12:00:00.000000+00:00 host systemd[1]: Started Session 1 of User ana.'),
    ("- @", '2026-07-01T12:00:00.000000+00:00 host kernel: [12.3] Out of memory: Killed process 1 (java)'),
    # journald json
    ("error @",
     '{"__REALTIME_TIMESTAMP":"1782907200000000","PRIORITY":"3","MESSAGE":"no","_SYSTEMD_UNIT":"a.service"'
     '}'),
    ("info @", '{"__REALTIME_TIMESTAMP":"1782907200000000","PRIORITY":"6","MESSAGE":"ok","SYSLOG_IDENTIFIER":"x"}'),
    # glog/klog
    ("error @", 'E0701 12:00:00.000000       1 reflector.go:138] k8s.io/client-go: Failed to watch'),
    ("info @", 'I0701 12:00:00.000000 1234 main.cc:5] hi'),
    ("fatal @", 'F0701 12:00:00.000000       1 server.go:1] died'),
    ("warning @", 'W0701 12:00:00.000000       1 warnings.go:70] deprecated'),
    # log4j/logback
    ("error @", '2026-07-01 12:00:00,000 ERROR [http-nio-8080-exec-1] c.e.shop.Cart - failed'),
    ("warning @", '2026-07-01 12:00:00.000  WARN 1 --- [           main] o.s.b.a.X : hm'),
    ("error @", '2026-07-01T12:00:00.000Z ERROR 1 --- [shop] [nio-8080-exec-1] c.e.s.CartController : no'),
    ("debug", '12:00:00.000 [main] DEBUG c.e.App - x'),
    ("info", '12:00:00,123 INFO  [org.jboss.as] (Controller Boot Thread) WFLYSRV0025: started'),
    ("info @", '2026-07-01 12:00:00,000 INFO  [io.quarkus] (main) started in 1s'),
    ("warning @", '01-Jul-2026 12:00:00.000 WARNING [localhost-startStop-1] org.apache.catalina.x deprecated'),
    # postgresql
    ("error @", '2026-07-01 12:00:00.000 UTC [77] ERROR:  relation "x" does not exist at character 15'),
    ("info @", '2026-07-01 12:00:00.000 UTC [77] LOG:  checkpoint starting: time'),
    ("fatal @", '2026-07-01 12:00:00.000 UTC [77] ana@shop FATAL:  password authentication failed for user "ana"'),
    ("fatal @", '2026-07-01 12:00:00.000 UTC [77] PANIC:  could not write to file'),
    ("error @", '2026-07-01 12:00:00 UTC [77]: [1-1] user=ana,db=shop,app=x,client=10.0.0.1 ERROR:  deadlock detected'),
    # mysql
    ("warning @", '2026-07-01T12:00:00.000000Z 0 [Warning] [MY-010068] [Server] CA certificate ca.pem is self signed.'),
    ("notice @", '2026-07-01T12:00:00.000000Z 8 [Note] [MY-010051] [Server] Event Scheduler'),
    ("info @", '2026-07-01T12:00:00.000000Z 0 [System] [MY-010931] [Server] ready for connections.'),
    ("error @", '2026-07-01 12:00:00 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11'),
    # redis
    ("notice @", '1:M 01 Jul 2026 12:00:00.000 * Ready to accept connections tcp'),
    ("warning @", '1:C 01 Jul 2026 12:00:00.000 # WARNING Memory overcommit must be enabled'),
    ("debug @", '1:S 01 Jul 2026 12:00:00.000 - DB 0: 1 keys'),
    # kafka
    ("warning @", '[2026-07-01 12:00:00,000] WARN [ReplicaManager broker=1] x (kafka.server.ReplicaManager)'),
    ("fatal @", '[2026-07-01 12:00:00,000] FATAL Fatal error during KafkaServer startup. (kafka.server.KafkaServer)'),
    # rabbitmq
    ("error @", '2026-07-01 12:00:00.000000+00:00 [error] <0.700.0> closing AMQP connection'),
    ("warning @", '2026-07-01 12:00:00.000000+00:00 [warning] <0.700.0> memory alarm'),
    # mongo
    ("error @",
     '{"t":{"$date":"2026-07-01T12:00:00.000+00:00"},"s":"E","c":"STORAGE","id":1,"ctx":"x","msg":"WiredTi'
     'ger error"}'),
    ("debug @", '{"t":{"$date":"2026-07-01T12:00:00.000+00:00"},"s":"D1","c":"-","id":1,"ctx":"x","msg":"d"}'),
    # caddy
    ("error @",
     '{"level":"error","ts":1782907200.0,"logger":"http.log.error","msg":"dial tcp: refused","request":{"m'
     'ethod":"GET"},"status":502}'),
    ("info @",
     '{"level":"info","ts":1782907200,"logger":"http.log.access","msg":"handled request","request":{"metho'
     'd":"GET","uri":"/"},"status":200,"duration":0.1}'),
    ("error @", '2026/07/01 12:00:00.000\tERROR\thttp.log.error\tno\t{"request": {}}'),
    # traefik
    ("error @", '2026-07-01T12:00:00Z ERR Error while building configuration error="x" providerName=docker'),
    ("error @", 'time="2026-07-01T12:00:00Z" level=error msg="Unable to obtain ACME certificate" providerName=le'),
    ("error @",
     '10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET / HTTP/1.1" 502 11 "-" "curl" 5 "api@docker" "http://'
     '10.0.0.2:80" 3ms'),
    ("info @", '2026-07-01T12:00:00Z INF Starting provider *traefik.Provider'),
    # envoy
    ("warning @", '[2026-07-01 12:00:00.000][7][warning][main] [source/server/server.cc:1] x'),
    ("fatal @", '[2026-07-01 12:00:00.000][7][critical][backtrace] [x.cc:1] Caught Segmentation fault'),
    ("error @", '[2026-07-01T12:00:00.000Z] "GET / HTTP/1.1" 503 UF 0 91 1 - "-" "curl/7" "id" "host" "10.0.0.1:80"'),
    # uvicorn / gunicorn / django
    ("info", 'INFO:     10.0.0.1:5000 - "GET / HTTP/1.1" 200 OK'),
    ("info", 'INFO:     10.0.0.1:5000 - "GET /x HTTP/1.1" 500 Internal Server Error'),
    ("error", 'ERROR:    Exception in ASGI application'),
    ("warning", 'WARNING:  Invalid HTTP request received.'),
    ("fatal @", '[2026-07-01 12:00:00 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:9)'),
    ("info @", '[2026-07-01 12:00:00 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000 (7)'),
    ("error @", '[01/Jul/2026 12:00:00] "GET /a/ HTTP/1.1" 500 145'),
    ("error @", 'ERROR 2026-07-01 12:00:00,000 log 7 140 Internal Server Error: /a/'),
    ("-", 'Internal Server Error: /a/'),
    # celery
    ("error @", '[2026-07-01 12:00:00,000: ERROR/MainProcess] Task a.b[id] raised unexpected: X'),
    # rails
    ("error @", 'E, [2026-07-01T12:00:00.000000 #7] ERROR -- : boom'),
    ("fatal @", 'F, [2026-07-01T12:00:00.000000 #7] FATAL -- : [id] ActionController::RoutingError'),
    ("error", 'Completed 500 Internal Server Error in 12ms (ActiveRecord: 1.0ms)'),
    ("- @", 'Started GET "/" for 127.0.0.1 at 2026-07-01 12:00:00 +0000'),
    # laravel
    ("error @", '[2026-07-01 12:00:00] production.ERROR: SQLSTATE[HY000] [2002] Connection refused {"exception":"x"} '),
    ("fatal @", '[2026-07-01 12:00:00] local.EMERGENCY: Unable to create configured logger.'),
    # node
    ("error @", '{"level":50,"time":1782907200000,"pid":1,"hostname":"h","msg":"no"}'),
    ("warning @", '{"name":"a","hostname":"h","pid":1,"level":40,"msg":"hm","time":"2026-07-01T12:00:00.000Z","v":0}'),
    ("warning @", '{"level":"warn","message":"hm","timestamp":"2026-07-01T12:00:00.000Z"}'),
    ("error @", '{"message":"no","level":"error","service":"shop","timestamp":"2026-07-01 12:00:00"}'),
    ("error @", '2026-07-01T12:00:00.000Z error: no such cart'),
    ("warning @", '2026-07-01T12:00:00.000Z [shop] warn: slow'),
    ("error", 'error: no such cart'),
    ("error", '[12:00:00.000] ERROR (1 on h): no'),
    ("error @", '[Nest] 7  - 07/01/2026, 12:00:00 PM   ERROR [ExceptionsHandler] no'),
    # go
    ("error @", '{"level":"error","ts":"2026-07-01T12:00:00.000Z","caller":"a/b.go:1","msg":"no","stacktrace":"x"}'),
    ("fatal @", '{"level":"dpanic","ts":1782907200.0,"msg":"no"}'),
    ("warning @", '2026-07-01T12:00:00.000Z\tWARN\tmain/a.go:3\tslow\t{"a": 1}'),
    ("fatal @", '{"level":"fatal","time":1782907200,"message":"no"}'),
    ("error", '12:00PM ERR no such cart error=x'),
    ("warning @", '2026-07-01T12:00:00Z WRN slow'),
    ("error @", 'time=2026-07-01T12:00:00.000Z level=ERROR msg="no" err=x'),
    ("warning @", '{"time":"2026-07-01T12:00:00Z","level":"WARN","msg":"slow"}'),
    ("error @", '{"time":"2026-07-01T12:00:00Z","level":"ERROR+2","msg":"no"}'),
    ("error @", '2026/07/01 12:00:00 ERROR no err=x'),
    ("- @", '2026/07/01 12:00:00 http: TLS handshake error from 10.0.0.1:5: EOF'),
    ("warning @", 'level=warning ts=2026-07-01T12:00:00.000Z caller=a.go:1 component=x msg=y'),
    ("error @", 'ts=2026-07-01T12:00:00.000Z caller=a.go:1 level=error msg=y'),
    ("error @", 't=2026-07-01T12:00:00+0000 lvl=eror msg="no" logger=x'),
    ("error @", 'logger=http.server t=2026-07-01T12:00:00.000Z level=error msg="x"'),
    ("fatal", 'panic: runtime error: invalid memory address or nil pointer dereference'),
    ("fatal", 'fatal error: all goroutines are asleep - deadlock!'),
    # rust
    ("error @", '2026-07-01T12:00:00.000000Z ERROR shop::cart: no such cart'),
    ("warning @", '2026-07-01T12:00:00.000000Z  WARN ThreadId(01) shop: slow'),
    ("info @", '  2026-07-01T12:00:00.000000Z  INFO request{id=1}: shop: hi'),
    ("error @", '[2026-07-01T12:00:00Z ERROR shop] no'),
    ("error @",
     '{"timestamp":"2026-07-01T12:00:00.000000Z","level":"ERROR","fields":{"message":"no"},"target":"shop"'
     '}'),
    ("fatal", "thread 'main' panicked at src/main.rs:1:5:"),
    # aws
    ("info @",
     'https 2026-07-01T12:00:00.000000Z app/lb/1 10.0.0.1:1 10.0.0.2:80 0.0 0.1 0.0 200 200 34 366 "GET ht'
     'tps://x:443/ HTTP/1.1" "curl" ECDHE TLSv1.2 arn "Root=1" "x" "arn" 0 2026-07-01T12:00:00Z "forward" '
     '"-" "-" "10.0.0.2:80" "200" "-" "-"'),
    # docker compose
    ("error @", 'web-1  | 2026-07-01T12:00:00Z ERROR no'),
    ("info @", 'db-1   | 2026-07-01 12:00:00.000 UTC [1] LOG:  database system is ready'),
    ("info", 'web_1  | INFO:     Started server process [1]'),
    # auditd
    ("- @", 'type=SYSCALL msg=audit(1782907200.000:42): arch=c000003e syscall=2 success=no exit=-13'),
    # fail2ban
    ("notice @", '2026-07-01 12:00:00,000 fail2ban.actions        [7]: NOTICE  [sshd] Ban 1.2.3.4'),
    ("info @",
     '2026-07-01 12:00:00,000 fail2ban.filter         [7]: INFO    [sshd] Found 1.2.3.4 - 2026-07-01 12:00'
     ':00'),
    ("error @", '2026-07-01 12:00:00,000 fail2ban.utils          [7]: ERROR   7f -- exec: x'),
    # postfix etc
    ("warning @", 'Jul  1 12:00:00 mx postfix/smtpd[7]: warning: hostname x does not resolve to address 1.2.3.4'),
    ("- @",
     'Jul  1 12:00:00 mx postfix/smtp[7]: A1: to=<a@b.c>, relay=none, delay=1, status=deferred (connect to'
     ' x: timed out)'),
    ("fatal @", 'Jul  1 12:00:00 mx postfix/master[7]: fatal: bind 0.0.0.0 port 25: Address already in use'),
    ("error @", 'Jul  1 12:00:00 mx postfix/cleanup[7]: error: open database x: No such file'),
    ("error @", 'Jul  1 12:00:00 mx dovecot: imap-login: Error: Diffie-Hellman key exchange requested'),
    ("warning @", 'Jul  1 12:00:00 mx dovecot: auth: Warning: auth client 0 disconnected'),
    ("info @", 'Jul 01 12:00:00 imap(ana): Info: Logged out in=1 out=2'),
    ("- @", 'Jul  1 12:00:00 h CRON[7]: (root) CMD (run-parts /etc/cron.hourly)'),
    ("- @", 'Jul  1 12:00:00 h sshd[7]: Failed password for root from 1.2.3.4 port 22 ssh2'),
    ("error @", 'Jul  1 12:00:00 h sshd[7]: error: kex_exchange_identification: Connection closed by remote host'),
    ("fatal @", 'Jul  1 12:00:00 h sshd[7]: fatal: Timeout before authentication for 1.2.3.4'),
    ("- @", 'Jul  1 12:00:00 h systemd[1]: nginx.service: Main process exited, code=exited, status=1/FAILURE'),
    # elasticsearch / opensearch
    ("warning @", '[2026-07-01T12:00:00,000][WARN ][o.e.c.r.a.DiskThresholdMonitor] [node-1] high disk watermark'),
    ("error @",
     '{"type": "server", "timestamp": "2026-07-01T12:00:00,000Z", "level": "ERROR", "component": "o.e.b.X"'
     ', "message": "no"}'),
    ("warning @", '{"@timestamp":"2026-07-01T12:00:00.000Z", "log.level": "WARN", "message":"hm"}'),
    # consul vault nomad
    ("error @", '    2026-07-01T12:00:00.000Z [ERROR] agent.server.raft: failed to make requestVote RPC'),
    ("warning @", '2026-07-01T12:00:00.000Z [WARN]  agent: x'),
    # etcd
    ("warning @",
     '{"level":"warn","ts":"2026-07-01T12:00:00.000Z","caller":"etcdserver/util.go:163","msg":"apply reque'
     'st took too long"}'),
    # zookeeper, cassandra, spark, hadoop
    ("warning @", '2026-07-01 12:00:00,000 [myid:1] - WARN  [QuorumPeer:X@1] - no'),
    ("warning @", 'WARN  [GossipTasks:1] 2026-07-01 12:00:00,000 FailureDetector.java:1 - x'),
    # clickhouse
    ("error @", '2026.07.01 12:00:00.000000 [ 77 ] {abc} <Error> executeQuery: Code: 60'),
    ("info @", '2026.07.01 12:00:00.000000 [ 77 ] {} <Information> Application: x'),
    # prometheus/loki/grafana ok above; influx
    ("error @", 'ts=2026-07-01T12:00:00.000000Z lvl=error msg="x" log_id=0'),
    # minio, gitea, vaultwarden
    ("error @", '[2026-07-01 12:00:00.000][rocket::server][ERROR] no'),
    ("error @", '2026/07/01 12:00:00 routers/web.go:1:x() [E] no'),
    # dotnet
    ("error", 'fail: Microsoft.AspNetCore.Server.Kestrel[13]'),
    ("warning", 'warn: Microsoft.AspNetCore.DataProtection[60]'),
    ("fatal", 'crit: Microsoft.X[0]'),
    ("info", 'info: Microsoft.Hosting.Lifetime[14]'),
    ("debug", 'dbug: A.B[0]'),
    ("error", '[12:00:00 ERR] no such cart'),
    ("warning @", '2026-07-01 12:00:00.000 +00:00 [WRN] slow'),
    ("error @", '2026-07-01 12:00:00.0000|ERROR|Shop.Cart|no'),
    ("error @", '{"@t":"2026-07-01T12:00:00.0000000Z","@mt":"no {Id}","@l":"Error","Id":1}'),
    # android, mac
    ("error @", '07-01 12:00:00.000  1234  1234 E AndroidRuntime: FATAL EXCEPTION: main'),
    # squid, varnish
    ("info @", '1782907200.000    120 10.0.0.1 TCP_MISS/200 512 GET http://x/ - HIER_DIRECT/1.2.3.4 text/html'),
    # jenkins
    ("warning @", '2026-07-01 12:00:00.000+0000 [id=1]\tWARNING\th.m.X#y: no'),
    ("error @", '2026-07-01 12:00:00.000+0000 [id=1]\tSEVERE\th.m.X#y: no'),
    # airflow
    ("error @", '[2026-07-01, 12:00:00 UTC] {taskinstance.py:1} ERROR - Task failed with exception'),
    ("warning @", '[2026-07-01T12:00:00.000+0000] {taskinstance.py:1} WARNING - hm'),
    # php-fpm
    ("notice @", '[01-Jul-2026 12:00:00] NOTICE: fpm is running, pid 1'),
    ("warning @", '[01-Jul-2026 12:00:00 UTC] PHP Warning:  Undefined variable $x in /a.php on line 3'),
    # loguru, structlog
    ("error @", '2026-07-01 12:00:00.000 | ERROR    | shop.cart:add:12 - no'),
    ("warning @", '2026-07-01 12:00:00 [warning  ] slow                           user=1'),
    ("error @", '2026-07-01T12:00:00.000000Z [error    ] no [shop] user=1'),
    ("warning", 'WARNING:root:hm'),
    ("fatal", 'CRITICAL:shop.cart:no'),
    # heroku/GCP/AWS lambda
    ("error @", '{"severity":"ERROR","message":"no","timestamp":"2026-07-01T12:00:00Z"}'),
    ("- @", '{"severity":"DEFAULT","message":"x","timestamp":"2026-07-01T12:00:00Z"}'),
    ("error @",
     '2026-07-01T12:00:00.000Z\t8d7b2f4e-1c2d-4e5f-8a9b-0c1d2e3f4a5b\tERROR\tInvoke Error\t{"errorType":"Error'
     '"}'),
    ("error @", '[ERROR]\t2026-07-01T12:00:00.000Z\t8d7b2f4e-1c2d-4e5f-8a9b-0c1d2e3f4a5b\tno'),
    ("-", 'START RequestId: 8d7b Version: $LATEST'),
    ("error @", '2026-07-01T12:00:00.000000+00:00 app[web.1]: Error: no such cart'),
    ("error @",
     '2026-07-01T12:00:00.000000+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET'
     ' path="/" host=x status=503'),
    # bind, dnsmasq, unbound, chrony, ntp, openvpn, wireguard, strongswan
    ("- @", '01-Jul-2026 12:00:00.000 client @0x7 10.0.0.1#5 (x.com): query failed (SERVFAIL)'),
    ("error @", '01-Jul-2026 12:00:00.000 security: error: client @0x7 x'),
    ("error @", '[1782907200] unbound[7:0] error: could not bind'),
    ("info @", '[1782907200] unbound[7:0] info: start of service'),
    # samba, exim, vsftpd
    ("- @", '[2026/07/01 12:00:00.000000,  0] ../source3/smbd/server.c:1(main)'),
    # supervisor, monit
    ("fatal @", '2026-07-01 12:00:00,000 CRIT Supervisor is running as root.'),
    ("info @", '2026-07-01 12:00:00,000 INFO exited: shop (exit status 1; not expected)'),
    # k8s json docker
    ("error @", '{"log":"2026-07-01 12:00:00 ERROR no\\n","stream":"stderr","time":"2026-07-01T12:00:00.000000000Z"}'),
    ("error @", '2026-07-01T12:00:00.000000000Z stderr F E0701 12:00:00.000000       1 x.go:1] no'),
    # coredns, cert-manager, argocd, istio
    ("error", '[ERROR] plugin/errors: 2 x. A: read udp: i/o timeout'),
    ("error @", '2026-07-01T12:00:00.000000Z\terror\tEnvoy proxy is NOT ready'),
    # terraform
    ("error @", '2026-07-01T12:00:00.000Z [ERROR] vertex "x" error: no'),
    # puppet / ansible? chef
    ("error @", '[2026-07-01T12:00:00+00:00] ERROR: Running exception handlers'),
    # sentry-ish python asctime dash
    ("error @", '2026-07-01 12:00:00,000 - shop.cart - ERROR - no such cart'),
    ("error @", '2026-07-01 12:00:00,000 shop.cart ERROR no such cart'),
    ("error @", 'ERROR    2026-07-01 12:00:00,000 shop.cart no'),
    # elixir
    ("error", '12:00:00.000 [error] GenServer #PID<0.1.0> terminating'),
    ("info", '12:00:00.000 request_id=x [info] Sent 200 in 1ms'),
    # erlang/otp, couchdb
    ("error @", '[error] 2026-07-01T12:00:00.000000Z couchdb@x <0.1.0> -------- no'),
    # vector, fluentbit, logstash
    ("error @", '[2026/07/01 12:00:00] [error] [output:es:es.0] HTTP status=503'),
    ("error @", '2026-07-01T12:00:00.000000Z ERROR vector::topology: no'),
    ("error @", '[2026-07-01T12:00:00,000][ERROR][logstash.outputs.elasticsearch][main] no'),
    # solr, tomcat, jetty, glassfish
    ("error @", '2026-07-01 12:00:00.000 ERROR (qtp-1) [   x:core] o.a.s.h.RequestHandlerBase no'),
    ("error @", '[2026-07-01T12:00:00.000+0000] [glassfish 5.0] [SEVERE] [] [x] [tid: 1] [[ no ]]'),
    ("warning @", '2026-07-01 12:00:00.000:WARN:oejs.HttpChannel:qtp1-1: /x'),
    # oracle, db2, mssql
    ("error @", '2026-07-01 12:00:00.00 Server      Error: 17053, Severity: 16, State: 1.'),
    # ceph
    ("- @", '2026-07-01T12:00:00.000+0000 7f1 -1 osd.0 1 *** Got signal Terminated ***'),
    # cockroach
    ("error @", 'E260701 12:00:00.000000 77 server/x.go:1  [n1] no'),
    ("info @", 'I260701 12:00:00.000000 77 1@server/x.go:1 ⋮ [n1] 1  hi'),
    # nats
    ("error @", '[1] 2026/07/01 12:00:00.000000 [ERR] no'),
    ("info @", '[1] 2026/07/01 12:00:00.000000 [INF] Server is ready'),
    ("warning @", '[1] 2026/07/01 12:00:00.000000 [WRN] x'),
    # mosquitto
    ("error @", '1782907200: Error: Address already in use'),
    ("- @", '1782907200: New client connected'),
    # memcached / varnish no
    # nextcloud
    ("error @",
     '{"reqId":"x","level":3,"time":"2026-07-01T12:00:00+00:00","remoteAddr":"1.2.3.4","user":"a","app":"x'
     '","method":"GET","url":"/","message":"no"}'),
    # wordpress
    ("notice @", '[01-Jul-2026 12:00:00 UTC] PHP Notice:  x in /a.php on line 1'),
    ("fatal @", '[01-Jul-2026 12:00:00 UTC] PHP Parse error:  x'),
    # systemd short-iso
    ("error @", '2026-07-01T12:00:00+0000 host app[7]: level=error msg=no'),
]
# fmt: on


@pytest.mark.parametrize(("told", "text"), LINES, ids=range(len(LINES)))
def test_a_line_of_real_software(told: str, text: str) -> None:
    word, _, timed = told.partition(" ")
    line = Classifier("app", clock=lambda: NOW).classify(text)
    assert line.level is (Level.NONE if word == "-" else named_level(word)), line.format
    if timed:
        assert line.at == pytest.approx(NOON, abs=0.9)
    else:
        assert line.at is None
    if line.is_error:
        assert may_hold_error(text.encode()), "a search for errors would pass it over"
