"""Follows a view over WebSocket, through disconnects, and folds its changes: a client that shares no code with the server.

    follow_view.py URL VIEW COLUMN TOTAL

Prints one JSON line per batch, and one with the folded rows when the sum of COLUMN over them is TOTAL.
A gap, a repeated number, a reset or another instance ends it with an error.
"""

import json
import sys
import time

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect


class View:
    def __init__(self, name):
        self.name = name
        self.instance = None
        self.columns = []
        self.key = []
        self.seq = 0
        self.rows = {}
        self.part = []
        self.connections = 0

    def subscription(self):
        frame = {"type": "subscribe", "id": "py", "view": self.name, "from": self.seq}
        return frame if self.instance is None else {**frame, "instance": self.instance}

    def receive(self, frame):
        kind = frame["type"]
        if kind == "schema":
            if self.instance not in (None, frame["instance"]):
                raise SystemExit("another instance")
            self.instance = frame["instance"]
            self.columns = [column["name"] for column in frame["columns"]]
            self.key = [self.columns.index(name) for name in frame["key"]]
        elif kind == "batch":
            self.batch(frame)
        elif kind == "progress":
            if frame["seq"] != self.seq:
                raise SystemExit(f"progress at {frame['seq']}, not {self.seq}")
        elif kind != "end" or frame["reason"] != "shutdown":
            raise SystemExit(f"unexpected frame: {frame}")

    def batch(self, frame):
        self.part += frame["rows"]
        if frame.get("more"):
            return
        if frame["seq"] != self.seq + len(self.part):
            raise SystemExit(f"a batch of {len(self.part)} after {self.seq} ends at {frame['seq']}")
        for op, *row in self.part:
            key = tuple(row[index] for index in self.key)
            if op == "-":
                del self.rows[key]
            else:
                self.rows[key] = row
        self.seq, self.part = frame["seq"], []
        print(json.dumps({"seq": self.seq, "connections": self.connections}), flush=True)


def follow(url, view, done):
    while not done():
        try:
            with connect(url, max_size=None) as socket:
                view.connections += 1
                view.part = []
                socket.send(json.dumps(view.subscription()))
                while not done():
                    view.receive(json.loads(socket.recv()))
        except (OSError, WebSocketException):
            time.sleep(0.1)


def main(url, name, column, total):
    view = View(name)

    def done():
        if column not in view.columns:
            return False
        index = view.columns.index(column)
        return sum(row[index] for row in view.rows.values()) == int(total)

    follow(url, view, done)
    print(json.dumps({"rows": list(view.rows.values()), "seq": view.seq, "connections": view.connections}))


main(*sys.argv[1:])
