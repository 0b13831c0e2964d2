"""One question each: what does an address answer when it is asked as the gateway asks?"""
