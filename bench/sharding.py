"""Runs the simulation of sharding (bench/sharding.cpp) over 10, 100 and 1,000 machines and draws what came out.

usage: sharding.py --program build/dev/bench/sharding [--requests N] [--seed N] [--write]

Prints a table as Markdown, for docs/sharding.md; --write puts the plots into docs/sharding/. The same seed gives the same figures.
"""
import argparse
import json
import math
import pathlib
import subprocess

SIZES = [10, 100, 1000]
EXPONENTS = [0.9, 1.1]
WORKERS_A_NODE = 100
COLOURS = ["#1b6ca8", "#6fb1dd", "#d1495b", "#edae49"]
DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs" / "sharding"


def measure(given):
    results = []
    for exponent in EXPONENTS:
        for nodes in SIZES:
            argv = [given.program, nodes, nodes * WORKERS_A_NODE, exponent, given.requests, given.seed]
            done = subprocess.run([str(word) for word in argv], check=True, capture_output=True, text=True, timeout=3600)
            results += [json.loads(line) for line in done.stdout.splitlines()]
    return results


def table(results):
    lines = ["| Zipf exponent | machines | routing | cold requests | p50 | p99 | warm Workers | busiest machine, of the average |",
             "|---|---|---|---|---|---|---|---|"]
    for row in results:
        lines.append(f"| {row['exponent']} | {row['nodes']} | {row['policy']} | {row['cold_percent']:.2f} % | {time_text(row['p50_ms'])} | "
                     f"{time_text(row['p99_ms'])} | {row['warm']} | {row['busiest']:.2f} |")
    return "\n".join(lines) + "\n"


def time_text(ms):
    return f"{ms:.0f} ms" if ms < 10_000 else f"{ms / 1000:.0f} s"


class Plot:
    """Grouped bars: a group a number of machines, a bar a policy; on a logarithmic axis where `decades` is given."""
    WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 64, 16, 70, 46

    def __init__(self, title, unit, top, decades=None):
        self.unit, self.top, self.decades, self.parts = unit, top, decades, []
        self.text(self.LEFT, 22, title, size=15, weight="bold")

    def text(self, x, y, words, size=12, anchor="start", weight="normal"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}">{words}</text>')

    def height_of(self, value):
        """Of a bar, as a share of the plot's."""
        if self.decades:
            low, high = self.decades
            share = (math.log10(max(value, 10**low)) - low) / (high - low)
        else:
            share = value / self.top
        return max(0.0, min(1.0, share))

    def axis(self):
        plot = self.HEIGHT - self.TOP - self.BOTTOM
        marks = [10**power for power in range(self.decades[0], self.decades[1] + 1)] if self.decades else \
                [self.top * step / 5 for step in range(6)]
        for mark in marks:
            y = self.HEIGHT - self.BOTTOM - plot * self.height_of(mark)
            self.parts.append(f'<line x1="{self.LEFT}" x2="{self.WIDTH - self.RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
            self.text(self.LEFT - 6, y + 4, f"{mark:g}", anchor="end")
        self.text(self.LEFT - 6, self.TOP - 12, self.unit, anchor="end")

    def draw(self, results, key):
        self.axis()
        policies = list(dict.fromkeys(row["policy"] for row in results))
        plot = self.HEIGHT - self.TOP - self.BOTTOM
        group = (self.WIDTH - self.LEFT - self.RIGHT) / len(SIZES)
        bar = group * 0.8 / len(policies)
        for number, policy in enumerate(policies):
            x = self.LEFT + 165 * number
            self.parts.append(f'<rect x="{x}" y="36" width="12" height="12" fill="{COLOURS[number]}"/>')
            self.text(x + 17, 46, policy)
            for place, nodes in enumerate(SIZES):
                value = next(row[key] for row in results if row["nodes"] == nodes and row["policy"] == policy)
                height = plot * self.height_of(value)
                left = self.LEFT + group * (place + 0.1) + bar * number
                top = self.HEIGHT - self.BOTTOM - height
                self.parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" width="{bar - 3:.1f}" height="{height:.1f}" fill="{COLOURS[number]}"/>')
                self.text(left + (bar - 3) / 2, top - 4, f"{value:.1f}" if value < 100 else f"{value:.0f}", size=10, anchor="middle")
        for place, nodes in enumerate(SIZES):
            self.text(self.LEFT + group * (place + 0.5), self.HEIGHT - self.BOTTOM + 18, f"{nodes:,} machines", anchor="middle")
        return self

    def svg(self):
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.WIDTH} {self.HEIGHT}" font-family="sans-serif">'
        return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *self.parts, "</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--requests", type=int, default=4_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    results = measure(given)
    print(table(results), end="")
    if given.write:
        DOCS.mkdir(exist_ok=True)
        for exponent in EXPONENTS:
            rows, name = [row for row in results if row["exponent"] == exponent], str(exponent).replace(".", "-")
            top = 10 * math.ceil(max(row["cold_percent"] for row in rows) / 10)
            cold = Plot(f"Cold requests, Zipf exponent {exponent}", "%", top).draw(rows, "cold_percent")
            (DOCS / f"cold-{name}.svg").write_text(cold.svg())
            late = Plot(f"p99 of the time to the answer, Zipf exponent {exponent}", "ms", 0, (2, 6)).draw(rows, "p99_ms")
            (DOCS / f"p99-{name}.svg").write_text(late.svg())


main()
