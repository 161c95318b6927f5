"""Makes a tiny Whisper with random weights for both engines, without a hub: real shapes, nonsense words.

One state is saved as openai-whisper's .pt and .safetensors, and, by way of transformers, as CTranslate2's int8 folder.
"""

import json
from dataclasses import asdict
from pathlib import Path

HIDDEN = 32
END_OF_TEXT = 50257
# Chosen so that sampled texts end after some twenty tokens instead of filling Whisper's 448.
END_BIAS = 8.0

# openai-whisper's names and those of transformers.
NAMES = (
    ("encoder.positional_embedding", "encoder.embed_positions.weight"),
    ("decoder.positional_embedding", "decoder.embed_positions.weight"),
    ("decoder.token_embedding", "decoder.embed_tokens"),
    ("blocks", "layers"),
    ("cross_attn_ln", "encoder_attn_layer_norm"),
    ("attn_ln", "self_attn_layer_norm"),
    ("mlp_ln", "final_layer_norm"),
    ("cross_attn", "encoder_attn"),
    (".attn.", ".self_attn."),
    (".query", ".q_proj"),
    (".key", ".k_proj"),
    (".value", ".v_proj"),
    (".out.", ".out_proj."),
    ("mlp.0", "fc1"),
    ("mlp.2", "fc2"),
    ("ln_post", "layer_norm"),
    ("decoder.ln.", "decoder.layer_norm."),
)


def make(folder: Path) -> None:
    """Write tiny.pt, tiny.safetensors and the folder ct2/ into `folder`."""
    import torch
    import whisper
    from safetensors.torch import save_file

    with torch.random.fork_rng():
        torch.manual_seed(7)
        dims = whisper.ModelDimensions(80, 1500, HIDDEN, 2, 1, 51865, 448, HIDDEN, 2, 1)
        model = whisper.Whisper(dims)
        with torch.no_grad():
            for parameter in model.parameters():
                torch.nn.init.normal_(parameter, std=0.2)
            direction = torch.ones(HIDDEN) / HIDDEN**0.5
            model.decoder.ln.weight.fill_(0.5)
            model.decoder.ln.bias.copy_(direction)
            model.decoder.token_embedding.weight[END_OF_TEXT] += END_BIAS * direction
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"dims": asdict(dims), "model_state_dict": state}, folder / "tiny.pt")
    save_file(state, folder / "tiny.safetensors", metadata={"dims": json.dumps(asdict(dims))})
    _convert(state, dims, folder)


def _convert(state, dims, folder: Path) -> None:
    from ctranslate2.converters import TransformersConverter
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
    from whisper.tokenizer import LANGUAGES

    config = WhisperConfig(
        vocab_size=dims.n_vocab,
        num_mel_bins=dims.n_mels,
        d_model=HIDDEN,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=HIDDEN * 4,
        decoder_ffn_dim=HIDDEN * 4,
        suppress_tokens=[],
        begin_suppress_tokens=[220, END_OF_TEXT],
    )
    model = WhisperForConditionalGeneration(config)
    renamed = {}
    for name, tensor in state.items():
        for ours, theirs in NAMES:
            name = name.replace(ours, theirs)
        renamed[f"model.{name}"] = tensor
    renamed["proj_out.weight"] = state["decoder.token_embedding.weight"]
    model.load_state_dict(renamed)
    tokenizer = _tokenizer()
    model.generation_config = GenerationConfig(
        lang_to_id={f"<|{code}|>": tokenizer.convert_tokens_to_ids(f"<|{code}|>") for code in list(LANGUAGES)[:99]},
        suppress_tokens=[],
        begin_suppress_tokens=[220, END_OF_TEXT],
    )
    model.save_pretrained(folder / "hf")
    tokenizer.save_pretrained(folder / "hf")
    TransformersConverter(str(folder / "hf"), copy_files=["tokenizer.json"]).convert(
        str(folder / "ct2"), quantization="int8"
    )


def _tokenizer():
    """Turn the tiktoken vocabulary in openai-whisper's package into the tokenizer that faster-whisper reads."""
    import whisper
    from transformers import PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter
    from whisper.tokenizer import get_encoding

    encoding = get_encoding("multilingual", num_languages=99)
    special = sorted(encoding._special_tokens, key=encoding._special_tokens.get)
    texts = [token for token in special if not token[2:3].isdigit()]  # the converter adds the 1501 time stamps
    converter = TikTokenConverter(
        vocab_file=str(Path(whisper.__file__).parent / "assets" / "multilingual.tiktoken"),
        pattern=encoding._pat_str,
        extra_special_tokens=texts,
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=converter.converted(),
        eos_token="<|endoftext|>",
        bos_token="<|endoftext|>",
        unk_token="<|endoftext|>",
    )
