"""The first records of every format in the wild load, with nothing refused."""

from __future__ import annotations

import pytest
from benchmark_data import benchmark_data

from prover.bench.loading import load
from prover.generate.tokens import balanced, code_tokens

#: File, benchmark, the variant that its name tells, records.
SAMPLES = [
    ("samples/minif2f__deepseek_prover_v1.5_minif2f.jsonl", "minif2f", "deepseek", 6),
    ("samples/minif2f__goedel_prover_v2_minif2f_test.jsonl", "minif2f", "goedel-v2", 6),
    ("samples/minif2f__yangky11_be17324_minif2f_lean4.jsonl", "minif2f", "yangky11-jsonl", 6),
    ("samples/minif2f__yangky11_5746b7d_MiniF2F_lean.tar.gz", "minif2f", "yangky11", 4),
    ("samples/minif2f__kimina_preview_test_statements_derived.jsonl", "minif2f", "kimina", 6),
    ("samples/minif2f__deepseek_prover_v2_solved_statements_derived.jsonl", "minif2f", "deepseek-v2", 6),
    ("samples/minif2f_v2__burnqed_f21ff8b_minif2f_v2s_test.json", "minif2f-v2", "s-types", 6),
    ("samples/minif2f_v2__burnqed_f21ff8b_minif2f_v2s_valid.json", "minif2f-v2", "s-types", 6),
    ("samples/minif2f_v2__burnqed_f21ff8b_minif2f_v2c_test.json", "minif2f-v2", "c-types", 6),
    ("samples/minif2f_v2__burnqed_f21ff8b_minif2f_v2c_valid.json", "minif2f-v2", "c-types", 6),
    ("samples/proofnet__deepseek_prover_v1.5_proofnet.jsonl", "proofnet", "deepseek", 6),
    ("samples/proofnet__rahul3613_proofnet_lean4.jsonl", "proofnet", "rahul3613", 6),
    ("samples/proofnet__proofnet_sharp.jsonl", "proofnet", "sharp", 6),
    ("samples/proofnet__proofnet_verified.jsonl", "proofnet", "verified", 6),
    ("samples/proofnet__proofnet_lean4.28.jsonl", "proofnet", "lean428", 6),
    ("samples/formalmath__FormalMATH_lite.json", "formalmath", "lite", 6),
    ("samples/putnambench__goedel_prover_v1_putnam.jsonl", "putnambench", "goedel", 6),
    ("samples/putnambench__lean4_src_3c9b926.tar.gz", "putnambench", "with", 6),
    ("samples/mobench__MOBench.jsonl", "mobench", "goedel", 6),
    ("samples/imo_steps__burnqed_987b7d2_imo_steps_lemmas.json", "imo-steps", "lemmas", 6),
    ("samples/imo_steps__burnqed_987b7d2_imo_steps_theorems.json", "imo-steps", "theorems", 6),
    ("samples/minicodeprops__minicodeprops_bench_ps.jsonl", "minicodeprops", "all", 6),
    ("samples/nng4__nng4_statements_fdef6fe.jsonl", "nng4", "nat", 6),
    ("samples/verina__verina_d12090a.tar.gz", "verina", "proof", 1),
    ("samples/clever__clever_603e318_human_eval.tar.gz", "clever", "correctness", 5),
    ("dev/minif2f_valid_deepseek.jsonl", "minif2f", "deepseek", 244),
    ("dev/nng4_statements.jsonl", "nng4", "nat", 80),
    ("dev/minicodeprops_dev.jsonl", "minicodeprops", "all", 101),
]


@pytest.mark.parametrize(("file", "benchmark", "variant", "count"), SAMPLES, ids=[sample[0] for sample in SAMPLES])
def test_every_format_loads_with_nothing_refused(file: str, benchmark: str, variant: str, count: int) -> None:
    loaded = load(benchmark, data=benchmark_data(file))
    assert (loaded.variant, loaded.rejected, len(loaded.problems)) == (variant, (), count)
    assert len({problem.id for problem in loaded.problems}) == count
    for problem in loaded.problems:
        words = [token.text for token in code_tokens(problem.statement)]
        assert words[0] == "theorem" and problem.name.endswith(words[1])
        assert words[-1] not in (":=", "by", "sorry")
        assert balanced(problem.text)
        assert problem.split in loaded.form.splits or not loaded.form.splits or not problem.split
        assert len(problem.origin.sha256) == 64


def test_the_splits_of_the_second_version_are_those_of_the_first() -> None:
    first = load("minif2f", data=benchmark_data("dev/minif2f_valid_deepseek.jsonl"))
    valid = {problem.id for problem in first.problems}
    for file, split in (("v2s_test", "valid"), ("v2s_valid", "test"), ("v2c_test", "valid"), ("v2c_valid", "test")):
        data = benchmark_data(f"samples/minif2f_v2__burnqed_f21ff8b_minif2f_{file}.json")
        for problem in load("minif2f-v2", data=data).problems:
            assert (problem.split, problem.id in valid) == (split, split == "valid")
