"""What happens to a blended list before it is shown: pure functions, in this order.

boosts -> cut-off -> collapse -> diversity -> pinned and buried
"""
