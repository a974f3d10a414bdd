"""The jobs of `elbo bench` in PyTorch, tuned: what elbo is compared with.

The whole data set is one tensor on the device and a batch is an index_select: no DataLoader, no
Python per example. Adam is the fused one where this PyTorch has it, else the foreach one. Prints one
JSON object. Needs nothing but torch.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional


class MlpVae(nn.Module):
    """784-400-(20, 20)-400-784."""

    latent = 20

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40))
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

    def forward(self, x, noise):
        return negative_elbo(self, x, noise)


class ConvVae(nn.Module):
    """28 x 28 x 1, convolutions to 32 and 64 channels, 256, (16, 16), and back.

    The transposed convolutions have 4 x 4 kernels, as elbo's have.
    """

    latent = 16

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(3136, 256),
            nn.ReLU(),
            nn.Linear(256, 32),
        )
        self.decoder = nn.Sequential(
            nn.Linear(16, 256),
            nn.ReLU(),
            nn.Linear(256, 3136),
            nn.ReLU(),
            nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Flatten(),
        )

    def forward(self, x, noise):
        return negative_elbo(self, x, noise)


def negative_elbo(model, x, noise):
    """-ELBO of each example, in nats, with one sample."""
    mean, log_variance = model.encoder(x).float().chunk(2, dim=1)
    z = mean + torch.exp(0.5 * log_variance) * noise
    logits = model.decoder(z).float()
    cross_entropy = functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    kl = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1)
    return cross_entropy + kl


JOBS = {"mlp": (MlpVae, 12800), "conv": (ConvVae, 2560)}


def make_adam(parameters):
    for options in ({"fused": True}, {"foreach": True}, {}):
        try:
            adam = torch.optim.Adam(parameters, lr=1e-3, **options)
            for parameter in parameters:
                parameter.grad = torch.zeros_like(parameter)
            adam.step()
            return adam, next(iter(options), "plain")
        except (RuntimeError, TypeError, ValueError):
            continue
    raise SystemExit("no Adam of this PyTorch works here")


def repeats(seconds, count, measured):
    """Examples a second of each repeat, after one (which may compile) and a quarter of the time."""
    measured()
    rates = []
    begin = time.perf_counter()
    while not rates or time.perf_counter() - begin < 1.25 * seconds:
        start = time.perf_counter()
        measured()
        if start - begin >= seconds / 4:
            rates.append(count / (time.perf_counter() - start))
    return {
        "examples_per_second": statistics.median(rates),
        "minimum": min(rates),
        "maximum": max(rates),
        "spread": (max(rates) - min(rates)) / statistics.median(rates),
        "repeats": len(rates),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", choices=sorted(JOBS), default="mlp")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--channels-last", action="store_true", help="conv: NHWC weights and images")
    parser.add_argument("--compile", action="store_true", help="torch.compile the model")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    device = torch.device(arguments.device)
    kind, count = JOBS[arguments.job]
    # Mostly black, like drawn digits; what the pixels are changes no speed.
    data = torch.rand(count, 784, device=device).sub_(0.8).clamp_(min=0).mul_(5)
    model = kind().to(device)
    if arguments.channels_last:
        model = model.to(memory_format=torch.channels_last)
    adam, adam_kind = make_adam(list(model.parameters()))
    run = torch.compile(model) if arguments.compile else model
    autocast = torch.autocast(device.type, dtype=torch.bfloat16, enabled=arguments.precision == "bf16")

    def synchronize():
        if device.type == "cuda":
            torch.cuda.synchronize()

    batch_size = 128

    def train():
        order = torch.randperm(count, device=device)
        for first in range(0, count - batch_size + 1, batch_size):
            x = data.index_select(0, order[first : first + batch_size])
            noise = torch.randn(batch_size, model.latent, device=device)
            with autocast:
                loss = run(x, noise).mean()
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()
        synchronize()

    scoring_batch = 500
    scored = count // scoring_batch * scoring_batch

    def score():
        with torch.inference_mode():
            for first in range(0, scored, scoring_batch):
                x = data[first : first + scoring_batch]
                noise = torch.randn(scoring_batch, model.latent, device=device)
                with autocast:
                    run(x, noise)
        synchronize()

    print(
        json.dumps(
            {
                "job": arguments.job,
                "torch": torch.__version__,
                "threads": torch.get_num_threads(),
                "precision": arguments.precision,
                "adam": adam_kind,
                "compile": arguments.compile,
                "channels_last": arguments.channels_last,
                "parameters": sum(parameter.numel() for parameter in model.parameters()),
                "training": repeats(arguments.seconds, count // batch_size * batch_size, train),
                "scoring": repeats(arguments.seconds, scored, score),
            }
        )
    )


if __name__ == "__main__":
    main()
