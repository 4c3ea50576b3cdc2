"""What administrators see of recommendations: models, curves, exposure, trials."""
