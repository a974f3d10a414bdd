"""elbo and PyTorch on the same jobs, in turn, and the ratio of their medians.

Each round runs `elbo bench` and then pytorch_vae.py in each of its variants, as processes of their
own, with the same threads and the same time. The ratio is the median of elbo's faster precision
(bf16 only where the processor has it) over the median of PyTorch's fastest variant in either
precision. Needs nothing but Python itself.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

VARIANTS = {
    "mlp": [[], ["--compile"]],
    "conv": [[], ["--channels-last"], ["--compile"]],
}


def has_bf16_instructions():
    try:
        words = pathlib.Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return bool({"avx512_bf16", "amx_bf16", "bf16"} & set(words))


def run_json(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RuntimeError(reason)
    return json.loads(done.stdout.strip().splitlines()[-1])


def name_of(variant):
    words = [word.removeprefix("--") for word in variant if word != "--precision"]
    return " ".join(["pytorch", *words])


def collect(arguments, job):
    """{side: {"training": [median of each round], "scoring": [...]}}."""
    times = ["--threads", str(arguments.threads), "--seconds", str(arguments.seconds)]
    rates, broken = {}, set()
    for round_number in range(arguments.rounds):
        print(f"{job}: round {round_number + 1} of {arguments.rounds}", file=sys.stderr)
        ours = [arguments.elbo, "bench", "--job", job, "--repeats", "1", "--json", "--quiet", *times]
        sides = [("elbo", ours)]
        bf16 = [[*variant, "--precision", "bf16"] for variant in VARIANTS[job]]
        for variant in VARIANTS[job] + (bf16 if arguments.bf16 else []):
            peer = [sys.executable, str(HERE / "pytorch_vae.py"), "--job", job, *times, *variant]
            sides.append((name_of(variant), peer))
        for side, command in sides:
            if side in broken:
                continue
            try:
                found = run_json(command)
            except RuntimeError as error:
                if side == "elbo":
                    raise SystemExit(f"elbo bench failed: {error}") from error
                print(f"{side} is left out: {error}", file=sys.stderr)
                broken.add(side)
                continue
            entries = {side: found}
            if side == "elbo":
                entries = {f"elbo {entry['precision']}": entry for entry in found["jobs"]}
            for name, numbers in entries.items():
                sides_rates = rates.setdefault(name, {"training": [], "scoring": []})
                for what in ("training", "scoring"):
                    sides_rates[what].append(numbers[what]["examples_per_second"])
                told = ", ".join(f"{what} {both[-1]:.0f}" for what, both in sides_rates.items())
                print(f"  {name}: {told} examples/s", file=sys.stderr)
    return {side: both for side, both in rates.items() if side not in broken}


def report(job, rates):
    lines, ratios = [], {}
    for what in ("training", "scoring"):
        medians = {side: statistics.median(both[what]) for side, both in rates.items()}
        ours = {side: rate for side, rate in medians.items() if side.startswith("elbo")}
        peers = {side: rate for side, rate in medians.items() if side not in ours}
        for side, rate in medians.items():
            spread = (max(rates[side][what]) - min(rates[side][what])) / rate
            lines.append(f"{job:5} {what:9} {side:28} {rate:10.0f} examples/s  spread {spread:5.1%}")
        if peers:
            fastest, best = max(peers, key=peers.get), max(ours, key=ours.get)
            ratios[what] = ours[best] / peers[fastest]
            lines.append(f"{job:5} {what:9} {best} / {fastest}: {ratios[what]:.2f}")
    return lines, ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elbo", default="build/elbo", help="the program")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--job", choices=sorted(VARIANTS), action="append")
    parser.add_argument(
        "--bf16",
        action=argparse.BooleanOptionalAction,
        default=has_bf16_instructions(),
        help="PyTorch in bf16 as well (default: where the processor multiplies it)",
    )
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    load = os.getloadavg()[0]
    if load > 1.5:
        print(f"the machine is busy (load {load:.1f}): these numbers say little", file=sys.stderr)
    result = {"threads": arguments.threads, "seconds": arguments.seconds, "load": load, "jobs": {}}
    for job in arguments.job or sorted(VARIANTS, reverse=True):
        rates = collect(arguments, job)
        lines, ratios = report(job, rates)
        result["jobs"][job] = {"examples_per_second": rates, "ratio": ratios}
        if not arguments.json:
            print("\n".join(lines))
    if arguments.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
