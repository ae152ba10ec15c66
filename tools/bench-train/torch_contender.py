"""PyTorch in eager mode, the usual training loop. Argument: the network as JSON."""

import sys

import torch

from answer_requests import answer_requests, network

torch.set_num_threads(1)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(network["features"], network["units"], batch_first=True)
        self.dropout = torch.nn.Dropout(network["dropout"])
        self.head = torch.nn.Linear(network["units"], 1)

    def forward(self, x):
        return torch.relu(self.head(self.dropout(self.lstm(x)[0])))


def prepare(batch_size):
    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=network["learningRate"])
    loss_of = torch.nn.MSELoss()

    def train(steps):
        x = torch.rand(steps * batch_size, network["lookback"], network["features"])
        y = torch.rand(steps * batch_size, network["lookback"], 1)
        for start in range(0, steps * batch_size, batch_size):
            optimizer.zero_grad()
            loss = loss_of(model(x[start:start + batch_size]), y[start:start + batch_size])
            loss.backward()
            optimizer.step()
        return loss.item()

    return train


print(f"PyTorch {torch.__version__}", file=sys.stderr)
answer_requests(prepare)
