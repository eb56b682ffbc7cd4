"""The models known of each provider: those configured, and those its own list named, with the list's age."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.domain.clock import Clock
from tui.domain.gateway import ComboSpec, ModelSpec, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.text import CleanText, clean_line


@dataclass(frozen=True, slots=True)
class Step:
    """One provider's model: a place a request can go."""

    provider: ProviderName
    model: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"


@dataclass(frozen=True, slots=True)
class _Fetched:
    at: float
    models: dict[str, ModelSpec]


class Catalog:
    """Providers, combos and models by name. What a person configured wins over what a provider says of itself."""

    def __init__(self, providers: Iterable[ProviderSpec], combos: Iterable[ComboSpec], clock: Clock) -> None:
        self._clock = clock
        self._providers = {provider.name: provider for provider in providers}
        self._combos = {combo.name: combo for combo in combos}
        self._configured = {
            name: {model.id: model for model in provider.models} for name, provider in self._providers.items()
        }
        self._fetched: dict[ProviderName, _Fetched] = {}

    def add(self, provider: ProviderSpec) -> None:
        """Takes in one more provider."""
        self._providers[provider.name] = provider
        self._configured[provider.name] = {model.id: model for model in provider.models}

    @property
    def providers(self) -> tuple[ProviderSpec, ...]:
        """All providers, as configured."""
        return tuple(self._providers.values())

    @property
    def combos(self) -> tuple[ComboSpec, ...]:
        """All combos, those that are switched off too."""
        return tuple(self._combos.values())

    def provider(self, name: str) -> ProviderSpec | None:
        """Returns a provider by name."""
        return self._providers.get(ProviderName(name))

    def combo(self, name: str) -> ComboSpec | None:
        """Returns an enabled combo by name."""
        combo = self._combos.get(ComboName(name))
        return combo if combo and combo.enabled else None

    def switch(self, name: ComboName, enabled: bool) -> None:
        """Opens or closes a combo for routing."""
        self._combos[name] = replace(self._combos[name], enabled=enabled)

    def edit(self, combo: ComboSpec) -> None:
        """Lets a known combo go another way from the next request on."""
        self._combos[combo.name] = combo

    def why_no_place(self, name: str) -> CleanText:
        """Returns why a name that is no combo in use and no `provider/model` leads nowhere."""
        if ComboName(name) in self._combos:
            return clean_line(f"the combo {name} is switched off")
        return clean_line(f"no provider is called {name.partition('/')[0]!r}")

    def learn(self, provider: ProviderName, models: Iterable[ModelSpec], age_s: float = 0.0) -> None:
        """Takes over a provider's own list, as old as it is."""
        self._fetched[provider] = _Fetched(self._clock.monotonic() - age_s, {model.id: model for model in models})

    def listed(self, provider: ProviderName) -> tuple[ModelSpec, ...]:
        """Returns what a provider's own list named; empty when it was never fetched."""
        fetched = self._fetched.get(provider)
        return tuple(fetched.models.values()) if fetched else ()

    def configured(self, provider: ProviderName, model: str) -> bool:
        """Returns whether a person named the model."""
        return model in self._configured.get(provider, {})

    def age_s(self, provider: ProviderName) -> float | None:
        """Returns how old a provider's list is in seconds, None when it was never fetched."""
        fetched = self._fetched.get(provider)
        return self._clock.monotonic() - fetched.at if fetched else None

    def model(self, provider: ProviderName, model: str) -> ModelSpec | None:
        """Returns what is known of a model; None when nobody named it."""
        configured = self._configured.get(provider, {}).get(model)
        fetched = self._fetched[provider].models.get(model) if provider in self._fetched else None
        if configured and fetched:
            return _filled(configured, fetched)
        return configured or fetched

    def models(self, provider: ProviderName) -> tuple[ModelSpec, ...]:
        """Returns a provider's known models, configured ones first."""
        fetched = self._fetched[provider].models if provider in self._fetched else {}
        names = dict.fromkeys((*self._configured.get(provider, {}), *fetched))
        return tuple(model for name in names if (model := self.model(provider, name)))

    def step(self, target: str) -> Step | None:
        """Returns the place `provider/model` names; None when there is no such provider. Model ids may hold slashes."""
        provider, slash, model = target.partition("/")
        if not slash or not model or ProviderName(provider) not in self._providers:
            return None
        return Step(ProviderName(provider), model)

    def route(self, target: str) -> tuple[Step, ...]:
        """Returns the places a target stands for, in the written order; names of unknown providers are left out.

        A model's own id stands for that model at every provider that is known to have it, in the providers' order.
        """
        combo = self.combo(target)
        names = combo.steps if combo else (target,)
        places = tuple(dict.fromkeys(step for name in names if (step := self.step(name))))
        if places or ComboName(target) in self._combos:
            return places
        return tuple(Step(provider, target) for provider in self._providers if self.model(provider, target))

    def steps(self) -> tuple[Step, ...]:
        """Returns every known model of every provider."""
        return tuple(Step(name, model.id) for name in self._providers for model in self.models(name))

    def lookup(self, target: str) -> ModelSpec | None:
        """Returns what is known of the model a target reaches first; only its id when its provider never said more."""
        step = next(iter(self.route(target)), None)
        if step is None:
            return None
        return self.model(step.provider, step.model) or ModelSpec(step.model)


def _filled(model: ModelSpec, other: ModelSpec) -> ModelSpec:
    """Returns `model` with what it leaves open taken from `other`."""
    return replace(
        model,
        context_tokens=model.context_tokens if model.context_tokens is not None else other.context_tokens,
        max_output_tokens=model.max_output_tokens if model.max_output_tokens is not None else other.max_output_tokens,
        price=model.price or other.price,
        tools=model.tools if model.tools is not None else other.tools,
        vision=model.vision if model.vision is not None else other.vision,
        audio=model.audio if model.audio is not None else other.audio,
        json_mode=model.json_mode if model.json_mode is not None else other.json_mode,
    )
