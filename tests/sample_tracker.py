"""What is used of codecarbon, without codecarbon."""

from types import SimpleNamespace


class Tracker:
    """What is used of codecarbon's."""

    def __init__(self, **settings):
        self.settings = settings
        self.final_emissions_data = None

    def start(self):
        pass

    def stop(self):
        self.final_emissions_data = SimpleNamespace(
            energy_consumed=0.25,
            emissions=0.1,
            tracking_mode="machine",
            cpu_model="a processor",
        )
