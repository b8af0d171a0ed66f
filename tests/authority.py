#!/usr/bin/env python3
"""authority.py DIR: time-stamp authorities and revocation lists on loopback, answered by the openssl command.

    authority.py DIR PORTFILE [--login USER:PASSWORD] [--tls CERT KEY CLIENT_CA]

POST /NAME: an RFC 3161 answer made with DIR/NAME.crt, DIR/NAME.key and section tsaconf of DIR/ca.cnf.  GET /FILE.crl: DIR/FILE.crl.
While DIR/down exists every answer is 503.  The port goes into PORTFILE.
"""
import base64, http.server, os, ssl, subprocess, sys, tempfile

args = sys.argv[1:]
where, portfile = args[0], args[1]
login = args[args.index("--login") + 1] if "--login" in args else None
tls = args[args.index("--tls") + 1 : args.index("--tls") + 4] if "--tls" in args else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="stamps"')
        self.end_headers()
        self.wfile.write(body)

    def refused(self):
        if os.path.exists(os.path.join(where, "down")):
            self.answer(503)
            return True
        want = login and "Basic " + base64.b64encode(login.encode()).decode()
        if want and self.headers.get("Authorization") != want:
            self.answer(401)
            return True
        return False

    def do_GET(self):
        name = os.path.join(where, os.path.basename(self.path))
        if self.refused():
            return
        if not name.endswith(".crl") or not os.path.exists(name):
            return self.answer(404)
        with open(name, "rb") as f:
            self.answer(200, f.read(), "application/pkix-crl")

    def do_POST(self):
        query = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.refused():
            return
        name = os.path.join(where, os.path.basename(self.path))
        with tempfile.TemporaryDirectory() as d:
            with open(d + "/q", "wb") as f:
                f.write(query)
            done = subprocess.run(["openssl", "ts", "-reply", "-queryfile", d + "/q", "-signer", name + ".crt", "-inkey", name + ".key",
                "-config", where + "/ca.cnf", "-section", "tsaconf", "-out", d + "/r"], capture_output=True)
            if done.returncode != 0:
                return self.answer(500, done.stderr)
            with open(d + "/r", "rb") as f:
                self.answer(200, f.read(), "application/timestamp-reply")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls[0], tls[1])
    context.load_verify_locations(tls[2])
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(portfile + ".new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(portfile + ".new", portfile)
server.serve_forever()
