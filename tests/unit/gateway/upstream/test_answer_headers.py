"""What a gateway says of an answer in its headers; the LiteLLM ones are as version 1.106.2 sent them."""

from tui.gateway.upstream.answer_headers import SILENT, answer_headers

WHOLE_BODY = {
    "x-litellm-call-id": "a58d5899-c40d-4d78-9d87-2dd4f1e06d12",
    "x-litellm-model-name": "openai/fake-1",
    "x-litellm-response-cost": "1.8e-05",
    "x-litellm-response-cost-original": "1.8e-05",
    "x-litellm-key-spend": "1.8e-05",
}
STREAM = {
    "x-litellm-call-id": "9632f374-9954-4011-a906-91826b14aa09",
    "x-litellm-model-name": "openai/fake-1",
    "x-litellm-response-cost-original": "0.0",
    "x-litellm-key-spend": "0.0",
}


def test_a_plain_endpoint_says_nothing() -> None:
    assert answer_headers({"content-type": "text/event-stream"}) == SILENT


def test_a_price_in_the_headers_is_exact_to_the_micro_dollar() -> None:
    told = answer_headers(WHOLE_BODY)
    assert (told.cost, told.served_by, told.answer_id) == (18, "openai/fake-1", WHOLE_BODY["x-litellm-call-id"])


def test_the_zero_beside_a_stream_is_no_price() -> None:
    assert answer_headers(STREAM).cost is None


def test_a_price_that_is_no_amount_is_unknown() -> None:
    for nonsense in ("None", "", "nan", "-1", "free"):
        assert answer_headers({"x-litellm-response-cost": nonsense}).cost is None


def test_openrouter_names_its_generation() -> None:
    assert answer_headers({"x-generation-id": "gen-1"}).answer_id == "gen-1"


def test_foreign_words_are_cleaned() -> None:
    assert "\x1b" not in answer_headers({"x-litellm-model-name": "a\x1b[31m"}).served_by


OMNIROUTE = {
    "x-omniroute-response-cost": "0.00004200",
    "x-omniroute-provider": "alpha",
    "x-omniroute-tokens-in": "6",
    "x-omniroute-tokens-out": "9",
}


def test_omniroute_tells_the_tokens_that_were_used() -> None:
    told = answer_headers(OMNIROUTE)
    assert (told.cost, told.served_by, told.usage.input_tokens, told.usage.output_tokens) == (42, "alpha", 6, 9)


def test_a_cost_of_nothing_from_omniroute_is_no_price() -> None:
    told = answer_headers({**OMNIROUTE, "x-omniroute-response-cost": "0.00000000", "x-omniroute-tokens-out": "0"})
    assert (told.cost, told.usage.output_tokens) == (None, None)


def test_what_comes_at_the_end_goes_before_what_came_first() -> None:
    late = answer_headers({"x-omniroute-response-cost": "0.5"})
    told = late.before(answer_headers(OMNIROUTE))
    assert (told.cost, told.served_by, told.usage.input_tokens) == (500_000, "alpha", 6)
