"""The demo province: invented submissions of Hubei, written as the files that platforms export."""
