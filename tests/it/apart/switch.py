"""A switch for hosts in network namespaces: forwards IPv4 frames between the ports p1, p2 ..., and loses, delays and cuts.

    port N           takes up pN, whose host has the address 02:00:00:00:00:NN
    loss SHARE       of the frames of each direction are lost
    delay MS EITHER  holds each frame so long, give or take
    cut N [M]        nothing passes between N and M, or between N and all others
    join             ends all cuts
    count            says what became of the frames so far

Each line of standard input is answered by one; when the input ends, so does this. Each direction between two ports has
random numbers of its own out of the seed: its nth frame fares alike in every run.
"""

import heapq
import json
import random
import select
import socket
import sys
import time

IPV4 = 0x0800


class Switch:
    def __init__(self, seed):
        self.seed = seed
        self.ports, self.numbers = {}, {}
        self.chances = {}
        self.cuts = set()
        self.loss = self.delay_s = self.either_s = 0.0
        self.waiting = []
        self.counts = {"taken": 0, "lost": 0, "cut": 0, "delayed": 0, "forwarded": 0}
        self.poll = select.poll()
        self.poll.register(sys.stdin, select.POLLIN)

    def obey(self, command, *words):
        if command == "port":
            port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(IPV4))
            port.bind((f"p{words[0]}", IPV4))
            self.ports[int(words[0])] = port
            self.numbers[port.fileno()] = int(words[0])
            self.poll.register(port, select.POLLIN)
        elif command == "loss":
            self.loss = float(words[0])
        elif command == "delay":
            self.delay_s, self.either_s = (float(word) / 1000 for word in words)
        elif command == "cut":
            one = int(words[0])
            others = [int(word) for word in words[1:]] or self.ports
            self.cuts.update(frozenset((one, other)) for other in others)
        elif command == "join":
            self.cuts.clear()
        elif command == "count":
            return json.dumps(self.counts)
        else:
            raise ValueError(f"no such command: {command}")
        return "done"

    def take(self, source, frame):
        target = frame[5]
        if target not in self.ports:
            return
        chances = self.chances.setdefault((source, target), random.Random(f"{self.seed} {source} {target}"))
        fate, held = chances.random(), chances.uniform(-1, 1)
        self.counts["taken"] += 1
        if frozenset((source, target)) in self.cuts:
            self.counts["cut"] += 1
        elif fate < self.loss:
            self.counts["lost"] += 1
        else:
            held_s = self.delay_s + held * self.either_s
            self.counts["delayed"] += held_s > 0
            heapq.heappush(self.waiting, (time.monotonic() + held_s, self.counts["taken"], target, frame))

    def forward(self):
        """Sends what has waited long enough; answers how many milliseconds the next frame still waits."""
        while self.waiting:
            left_s = self.waiting[0][0] - time.monotonic()
            if left_s > 0:
                return left_s * 1000
            _, _, target, frame = heapq.heappop(self.waiting)
            self.ports[target].send(frame)
            self.counts["forwarded"] += 1
        return None

    def run(self):
        while True:
            for file, _ in self.poll.poll(self.forward()):
                if number := self.numbers.get(file):
                    self.take(number, self.ports[number].recv(65536))
                    continue
                line = sys.stdin.readline()
                if not line:
                    return
                print(self.obey(*line.split()), flush=True)


Switch(sys.argv[1]).run()
