"""Images and sequences in memory, and the files of tables.

Modules:
    augment: Augmentations of images and sequences in memory, drawn anew for every one of them.
    class_names: Names of the classes of a data set, in the order of their labels.
    decoding: From image files to square pictures of one size.
    dataset: Data sets as tensors in memory, split once and for all.
    folder_parts: Which sub-folders are the training, validation and test part.
    folder_sample: What can be told of a folder of images by looking at some of its files.
    image_folder: Folders of images, with one sub-folder per class.
    kinds: Kinds of inputs that networks take, and what can be done to each of them.
    mixing: Mixing the inputs of a batch with one another, as mixup and cutmix do.
    plain_pickle: Pickles and torch files of plain data: containers, numbers, texts and arrays.
    policies: Augmentation policies of torchvision: some operations, drawn anew for every image.
    published: The published data sets, read from the files of torchvision and scikit-learn.
    sequence_file: Files of a user's own sequences: arrays in one ``.npz``, read without pickle.
    sources: Where a data set comes from: a published set, a folder of images, or a file of
        sequences.
    table_files: Where the files of published tables lie.
    tensorflow_files: Files of TensorFlow without TensorFlow.
    tree_models: Sums of decision trees, read from the JSON of XGBoost and LightGBM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evonas.lazy import attach

if TYPE_CHECKING:
    from evonas.data.augment import crop as crop
    from evonas.data.augment import cutout as cutout
    from evonas.data.augment import flip as flip
    from evonas.data.dataset import Dataset as Dataset
    from evonas.data.dataset import Part as Part
    from evonas.data.dataset import dataset_info as dataset_info
    from evonas.data.dataset import load as load
    from evonas.data.decoding import decode as decode
    from evonas.data.decoding import resize as resize
    from evonas.data.image_folder import Files as Files
    from evonas.data.image_folder import ImageFolder as ImageFolder
    from evonas.data.image_folder import find_images as find_images
    from evonas.data.kinds import IMAGES as IMAGES
    from evonas.data.kinds import SEQUENCES as SEQUENCES
    from evonas.data.kinds import InputKind as InputKind
    from evonas.data.published import DataInfo as DataInfo
    from evonas.data.published import Pool as Pool
    from evonas.data.published import pools as pools
    from evonas.data.sequence_file import find_sequences as find_sequences

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "augment": ["crop", "flip", "cutout"],
        "dataset": ["Part", "Dataset", "dataset_info", "load"],
        "decoding": ["decode", "resize"],
        "image_folder": ["Files", "ImageFolder", "find_images"],
        "kinds": ["InputKind", "IMAGES", "SEQUENCES"],
        "published": ["DataInfo", "Pool", "pools"],
        "sequence_file": ["find_sequences"],
    },
)
