"""Reports as text: lines, sentences, passages; what stands in them, what they are about, which are alike."""
