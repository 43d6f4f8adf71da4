"""What the policy pack costs at a preview of 1,000 resources."""
