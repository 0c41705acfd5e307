"""What pages share: data, selection, charts, wording, access."""
