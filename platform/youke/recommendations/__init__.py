"""What to watch next: trained by a job, worked out at the request, explained."""
